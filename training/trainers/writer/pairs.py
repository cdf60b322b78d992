"""Instruction pairs: a question with its passages, and the answer a writer should give.

A line of a file is either {"question", "passages", "answer"}, a line of the answer sets ({"query", "answers", "positive", "negative"}), or a
dialogue ({"key_turns": [{"role", "text"}]}). The text is the product's template, so that what is trained is what is asked.
"""

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from scrm.core.errors import Invalid
from scrm.privacy.redact import redact

TEMPLATE = "用户问题：\n{question}\n\n检索内容：\n{passages}\n\n请根据上述内容回答。\n回答："
LONGEST_PASSAGE = 160  # characters, around the answer: a small model on a CPU learns from what is near
AGENT, CUSTOMER = "客服", "用户"


@dataclass(frozen=True)
class Pair:
    """`accepted`: an answer is right when it contains every entry, of an entry any one wording. Empty: only its loss is measured."""

    question: str
    passages: tuple[str, ...]
    answer: str
    accepted: tuple[tuple[str, ...], ...] = ()

    @property
    def prompt(self) -> str:
        lines = "\n".join(f"[{number}] {text}" for number, text in enumerate(self.passages, 1))
        return TEMPLATE.format(question=self.question, passages=lines)

    def is_answered_by(self, text: str) -> bool:
        return all(any(wording in text for wording in entry) for entry in self.accepted)


def read(file: Path) -> list[Pair]:
    """Pairs of a file, personal data masked. Invalid names the line that is none."""
    found: list[Pair] = []
    with file.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                found += _pairs(json.loads(line)) if line.strip() else []
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise Invalid(_("Line %(number)d is not a question with passages and an answer.") % {"number": number}) from error
    return found


def split(pairs: Sequence[Pair], *, held_out: float = 0.2, seed: int = 7) -> tuple[list[Pair], list[Pair]]:
    """(training, held out). All pairs of one question are on one side."""
    questions = sorted({pair.question for pair in pairs})
    random.Random(seed).shuffle(questions)
    kept = set(questions[: max(1, round(len(questions) * held_out))])
    return [pair for pair in pairs if pair.question not in kept], [pair for pair in pairs if pair.question in kept]


def _pairs(row: dict) -> Iterator[Pair]:
    if "key_turns" in row:
        return _of_dialogue(row["key_turns"])
    if "query" in row:
        return _of_answer_set(row)
    return iter([Pair(_masked(row["question"]), tuple(map(_masked, row["passages"])), _masked(row["answer"]))])


def _of_answer_set(row: dict) -> Iterator[Pair]:
    """One pair with the passage that answers, one with a passage that does not: its answer is the refusal."""
    question = _masked(row["query"])
    entries = row.get("answers") or row["answer"]
    accepted = tuple(tuple(map(str, entry)) if isinstance(entry, list) else (str(entry),) for entry in _listed(entries))
    positive = list(_flat(row.get("positive") or row.get("positive_groups") or []))
    said = "，".join(entry[0] for entry in accepted)
    if holding := [text for text in positive if all(any(word in text for word in entry) for entry in accepted)]:
        yield Pair(question, (_around(holding[0], accepted[0]),), _masked(said), accepted)
    if negative := list(_flat(row.get("negative") or [])):
        yield Pair(question, (_masked(negative[0][:LONGEST_PASSAGE]),), settings.REFUSAL_TEXT, ((settings.REFUSAL_TEXT,),))


def _of_dialogue(turns: list[dict]) -> Iterator[Pair]:
    """Every answer of an agent to what the customer said just before."""
    for before, after in pairwise(turns):
        if before["role"] == CUSTOMER and after["role"] == AGENT and len(after["text"]) > 4:
            yield Pair(_masked(before["text"]), (), _masked(after["text"]))


def _around(passage: str, entry: tuple[str, ...]) -> str:
    """The stretch of the passage that holds the answer."""
    place = min((passage.find(wording) for wording in entry if wording in passage), default=0)
    start = max(0, place - LONGEST_PASSAGE // 2)
    return _masked(passage[start : start + LONGEST_PASSAGE])


def _masked(text: str) -> str:
    return redact(str(text)).text


def _listed(value) -> list:
    return value if isinstance(value, list) else [value]


def _flat(passages) -> Iterator[str]:
    for passage in _listed(passages):
        if isinstance(passage, list):
            yield from _flat(passage)
        else:
            yield str(passage)
