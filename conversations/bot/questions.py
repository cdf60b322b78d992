"""A question taken apart: its words with weights, the kind of answer, and the parts of a question that asks two things."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from conversations.bot.cues import BEARS, QUESTION_WORDS, Wanted, wanted
from conversations.bot.words import content_weights, pairs_of, question_words
from knowledge.text import fold
from scrm.privacy.redact import PLACEHOLDER

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_AND = re.compile(r"(?P<left>[^，。？！?,]+?)(?:以及|和|与|及|、)(?P<right>[^，。？！?,]+)")
_CLAUSE = re.compile(r"[^，。；,;！!？?\n]+[，。；,;！!？?\n]*")
_BOTH_SEXES = re.compile(r"男女(?P<what>子?单打?|子?双打?)")


@dataclass(frozen=True)
class Asked:
    """`weights`: content words, summing to 1. `pairs`: neighbouring characters. `years`: named years."""

    text: str
    weights: Mapping[str, float]
    kind: Wanted
    pairs: frozenset[str]
    years: frozenset[str]


def without_personal(masked: str) -> str:
    """What is asked, for search: clauses that only give personal data ("我的手机<手机号_1>，...") and placeholders say nothing of it."""
    clauses = [clause for clause in _CLAUSE.findall(masked) if not PLACEHOLDER.search(clause)]
    rest = "".join(clauses).strip()
    return rest if set(question_words(rest)) - QUESTION_WORDS else PLACEHOLDER.sub(" ", masked).strip()


def asked(text: str, corpus_idf: Mapping[str, float] | None = None) -> Asked:
    matter = BEARS.sub("", text) or text
    return Asked(text, content_weights(matter, corpus_idf), wanted(text), frozenset(pairs_of(fold(matter))), years_in(fold(text)))


def years_in(folded: str) -> frozenset[str]:
    return frozenset(_YEAR.findall(folded))


def parts(text: str) -> list[str]:
    """[text], or for "A和B的C是多少" the two questions with A and with B alone. A cautious cut: at most one conjunction of two words."""
    sexes = _BOTH_SEXES.search(text)
    if sexes:
        return [text.replace(sexes[0], sex + sexes["what"].replace("子", "")[0]) for sex in "男女"]
    match = _AND.search(text)
    if not match:
        return [text]
    left, right = _differing(question_words(match["left"]), question_words(match["right"]))
    if not left or not right:
        return [text]
    before, after = text[: match.end("left")], text[match.start("right") :]
    return [before + _without(after, right), _without(before, left) + after]


def _differing(left: list[str], right: list[str]) -> tuple[str, str]:
    """The last word before and the first word after the conjunction that the other side does not share."""
    here = [word for word in left if word not in right]
    there = [word for word in right if word not in left]
    return (here[-1] if here else "", there[0] if there else "")


def _without(text: str, word: str) -> str:
    """The text without the last mention of the (folded) word; a year goes with its 年."""
    position = fold(text).rfind(word)
    if position < 0:
        return text
    end = position + len(word)
    return text[:position] + text[end + (word.isdigit() and text[end : end + 1] == "年") :]
