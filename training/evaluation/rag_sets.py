"""Question sets with passages that answer and passages that do not (RGB: Chen et al. 2023, arXiv 2309.01431)."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from scrm.core.errors import Invalid


@dataclass(frozen=True)
class Case:
    """One line. `answers`: an answer must contain every entry, of an entry any one wording. `wrong`: passages that state `fake` instead."""

    query: str
    answers: tuple[tuple[str, ...], ...]
    positive: tuple[str, ...]
    negative: tuple[str, ...]
    wrong: tuple[str, ...] = ()
    fake: str = ""

    def is_answered_by(self, text: str) -> bool:
        return all(any(wording in text for wording in entry) for entry in self.answers)


def cases(file: Path, limit: int | None = None) -> Iterator[Case]:
    """Lines of a set. Invalid names the line that is not one."""
    with file.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if limit is not None and number > limit:
                return
            if line.strip():
                yield _case(line, number)


def _case(line: str, number: int) -> Case:
    try:
        row = json.loads(line)
        positive = row.get("positive") or row.get("positive_groups") or []
        answers = row.get("answers") or row["answer"]
        return Case(
            query=str(row["query"]),
            answers=tuple(tuple(map(str, entry)) if isinstance(entry, list) else (str(entry),) for entry in _listed(answers)),
            positive=tuple(dict.fromkeys(_flat(positive))),
            negative=tuple(dict.fromkeys(_flat(row.get("negative") or []))),
            wrong=tuple(dict.fromkeys(_flat(row.get("positive_wrong") or []))),
            fake=str(row.get("fake_answer") or ""),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Invalid(_("Line %(number)d is not a question with answers and passages.") % {"number": number}) from error


def _listed(value) -> list:
    return value if isinstance(value, list) else [value]


def _flat(passages) -> Iterable[str]:
    for passage in _listed(passages):
        if isinstance(passage, list):
            yield from _flat(passage)
        else:
            yield str(passage)
