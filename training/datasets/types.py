"""Values between the parts of a dataset."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

RIGHT, PARTLY, WRONG = 2, 1, 0


@dataclass(frozen=True)
class Label:
    """What one source says of one passage for one question. `customer`: whose question it was, "" for staff. Texts are masked."""

    base_id: int
    question: str
    document_id: int
    content_hash: str
    grade: int
    source: str
    customer: str = ""
    answer: str = ""


@dataclass(frozen=True)
class Example:
    """One question of one base with all that is known of its passages: grade by (document, hash)."""

    base_id: int
    question: str
    key: str
    source: str
    customer: str = ""
    answer: str = ""
    synthetic: bool = False
    grades: Mapping[tuple[int, str], int] = field(default_factory=dict)

    @property
    def positives(self) -> list[tuple[int, str, int]]:
        """Those of the best grade that anybody gave, in the order of documents."""
        best = max(self.grades.values(), default=WRONG)
        return sorted((*passage, grade) for passage, grade in self.grades.items() if grade > WRONG and grade == best)

    @property
    def wrong(self) -> set[tuple[int, str]]:
        return {passage for passage, grade in self.grades.items() if grade == WRONG}


def digest(*parts: object) -> str:
    """SHA-256 of the parts' text."""
    return hashlib.sha256("\x1f".join(map(str, parts)).encode()).hexdigest()
