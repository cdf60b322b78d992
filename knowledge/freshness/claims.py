"""What a passage claims, sentence by sentence, in a form that can be held against another passage."""

import re
from dataclasses import dataclass

from knowledge.freshness.quantities import Quantity, number, read
from knowledge.freshness.wording import (
    DEPENDENT,
    GENERIC,
    NAMES_A_PAPER,
    NEGATION,
    NO_PROSE,
    OVER,
    QUESTION,
    SINGLE,
    TITLE_WORDS,
    WEAK,
    WHEN,
)
from knowledge.ingestion.sentences import sentence_spans
from knowledge.retrieval.terms import fold, segmenter

LONGEST = 300  # characters of a sentence that is still one claim
_MARKER = re.compile(r"^[\s\-*•·#>]*(?:[(（]?(?:\d{1,2}|[一二三四五六七八九十]{1,3})[)）.、．](?!\d)\s*)?")
_ANSWER = re.compile(r"^\s*(?:答|回答|答复|a|answer)\s*[:：]", re.IGNORECASE)
_CLAUSE = re.compile(r"[,，、;；](?!\d{3})")
_HAN = re.compile(r"[\u4e00-\u9fff]+")
_CELL_NUMBER = re.compile(r"^[¥￥$]?\d[\d,]*(?:\.\d+)?$")
_ROW_NUMBER = {"序号", "编号", "no", "no.", "#", "id"}


@dataclass(frozen=True)
class Context:
    """The words around a passage: `subject` tells what it is about and tells documents apart, `all` also supplies what a sentence leaves out."""

    subject: frozenset[str]
    all: frozenset[str]


@dataclass(frozen=True)
class Claim:
    """A sentence (or the part of it up to a comma): what it is about, and what it says of that.

    `strong`: the words that tell it from other claims; `exact`: a cell of a table, which must stand under the very same words.
    """

    sentence: str
    strong: frozenset[str]
    quantities: tuple[Quantity, ...]
    negated: bool = False
    over: bool = False
    conditional: bool = False
    exact: bool = False


def context_of(title: str, headings: list[str], question: str) -> Context:
    outer = _strong(" ".join([title, *headings]))
    subject = frozenset(word for word in outer - TITLE_WORDS - GENERIC if not NAMES_A_PAPER.match(word))
    return Context(subject, outer | _strong(question))


def claims_of(text: str, *, question: str = "", table: bool = False) -> list[Claim]:
    """The claims of a passage that could be contradicted: those with a quantity, and those that allow or forbid."""
    if table:
        return _row_claims(text)
    asked = _strong(question)
    found: list[Claim] = []
    for start, end in sentence_spans(text):
        sentence = _ANSWER.sub("", text[start:end]).strip()
        if len(sentence) <= LONGEST and sentence != question.strip():
            found += _sentence_claims(sentence, asked)
    return found


def _sentence_claims(sentence: str, asked: frozenset[str]) -> list[Claim]:
    body = _MARKER.sub("", fold(sentence))
    if QUESTION.search(body) or DEPENDENT.search(body) or NO_PROSE.search(body):
        return []
    claims, before, carried = [], frozenset(), ""
    for clause in _CLAUSE.split(body):
        carried = f"{carried}，{clause}" if carried else clause
        strong = _strong(carried)
        if not strong and not asked:
            continue  # 「签收后7天内」 says nothing without what follows
        claims.append(_claim(sentence, carried, before | strong | asked))
        before, carried = before | strong, ""
    if carried and claims:
        last = claims.pop()
        claims.append(_claim(sentence, carried, last.strong, more=last.quantities, negated=last.negated))
    return [claim for claim in claims if claim.quantities or claim.strong]


def _claim(sentence: str, clause: str, strong: frozenset[str], *, more: tuple[Quantity, ...] = (), negated: bool = False) -> Claim:
    return Claim(
        sentence, strong, more + read(clause).quantities, negated=negated ^ (len(NEGATION.findall(clause)) % 2 == 1),
        over=bool(OVER.search(clause)), conditional=bool(WHEN.search(clause)),
    )  # fmt: skip


def _strong(text: str) -> frozenset[str]:
    reading = read(fold(text))
    rest = NEGATION.sub(" ", reading.rest)
    words = {word for run in _HAN.findall(rest) for word in segmenter().lcut(run) if len(word) > 1 or word in SINGLE}
    return frozenset((words - WEAK) | reading.codes)


def _row_claims(text: str) -> list[Claim]:
    """Each number of a table, under the words of its row and the head of its column."""
    rows = [[cell.strip() for cell in line.split("|")] for line in fold(text).splitlines() if "|" in line]
    if len(rows) < 2:
        return []
    heads = rows[0]
    return [claim for row in rows[1:] if len(row) == len(heads) for claim in _cells(heads, row)]


def _cells(heads: list[str], row: list[str]) -> list[Claim]:
    numbers = {place: value for place, cell in enumerate(row) if (value := _cell_quantity(cell)) and heads[place] not in _ROW_NUMBER}
    names = frozenset(cell for place, cell in enumerate(row) if cell and place not in numbers and heads[place] not in _ROW_NUMBER)
    if not names:
        return []
    line = " | ".join(cell for cell in row if cell)
    return [Claim(line, names | {f"column {heads[place]}"}, (value,), exact=True) for place, value in numbers.items()]


def _cell_quantity(cell: str) -> Quantity | None:
    if _CELL_NUMBER.match(cell):
        return Quantity("number", (number(cell.lstrip("¥￥$")),))
    reading = read(cell)
    return reading.quantities[0] if len(reading.quantities) == 1 and not reading.rest.strip() and not reading.codes else None
