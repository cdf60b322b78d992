"""What should be looked at before a dataset is frozen: labels said twice, contradictions, questions too short, personal data unmasked."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from knowledge.retrieval.likeness import same_key
from scrm.privacy.redact import redact
from training.datasets import labels
from training.datasets.types import RIGHT, WRONG, Label

SHOWN = 20  # examples of each kind


@dataclass(frozen=True)
class Report:
    """`labels`: looked at. Of each kind: how many, and the first SHOWN as (question, more). What a dataset does about it is told beside."""

    labels: int
    counts: dict[str, int]
    shown: dict[str, list[tuple[str, str]]] = field(default_factory=dict)


KINDS = ("duplicate", "contradiction", "short", "unmasked")


def report(base_ids: Iterable[int]) -> Report:
    """Of all sources of labels of these bases."""
    rows = [label for base in base_ids for read in labels.SOURCES.values() for label in read(base)]
    found = {"duplicate": _duplicates(rows), "contradiction": _contradictions(rows), "short": _short(rows), "unmasked": _unmasked(rows)}
    return Report(len(rows), {kind: len(each) for kind, each in found.items()}, {kind: each[:SHOWN] for kind, each in found.items()})


def _duplicates(rows: list[Label]) -> list[tuple[str, str]]:
    """Labels that say what another has said: they count once."""
    said = Counter((row.base_id, same_key(row.question), row.document_id, row.content_hash, row.grade) for row in rows)
    texts = {(row.base_id, same_key(row.question)): row.question for row in rows}
    return [(texts[key[:2]], str(number)) for key, number in said.items() if number > 1]


def _contradictions(rows: list[Label]) -> list[tuple[str, str]]:
    """Passages called right and wrong for the same question: the latest word of a person counts."""
    grades: dict[tuple, set[int]] = defaultdict(set)
    texts = {}
    for row in rows:
        key = (row.base_id, same_key(row.question), row.document_id, row.content_hash)
        grades[key].add(row.grade)
        texts[key] = (row.question, f"{row.document_id}")
    return [texts[key] for key, each in grades.items() if {RIGHT, WRONG} <= each]


def _short(rows: list[Label]) -> list[tuple[str, str]]:
    """Left out of datasets."""
    return [(text, "") for text in sorted({row.question for row in rows if len(same_key(row.question)) < labels.SHORTEST})]


def _unmasked(rows: list[Label]) -> list[tuple[str, str]]:
    """Questions in which personal data is recognised although they should be masked: shown masked, and masked in datasets."""
    masked = {row.question: redact(row.question).text for row in rows}
    return sorted({(text, "") for question, text in masked.items() if text != question})
