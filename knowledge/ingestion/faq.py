"""Questions and answers as versions. Their text is written here, by ourselves, so there is no file and nothing to parse."""

import hashlib
import json
from dataclasses import asdict, dataclass

from knowledge.ingestion.types import ChunkDraft
from knowledge.ingestion.words import count_words

FORMAT = "faq"


@dataclass(frozen=True)
class Wordings:
    """A question, other ways to ask it, one answer: what a version of an entry holds."""

    question: str
    similar: tuple[str, ...]
    answer: str

    @property
    def all(self) -> tuple[str, ...]:
        return (self.question, *self.similar)

    @property
    def text(self) -> str:
        """As it is read, and quoted: the wordings, one a line, an empty line, the answer."""
        return "\n".join(self.all) + f"\n\n{self.answer}"

    @property
    def outline(self) -> dict:
        """DocumentVersion.outline of the entry. It keeps the entry for good, so that an older version can be brought back."""
        return {"title": self.question, "pages": [], FORMAT: asdict(self)}

    def digest(self, document_id: int) -> str:
        """SHA-256 of the content; two entries may say the same."""
        said = json.dumps([FORMAT, document_id, self.question, self.similar, self.answer], ensure_ascii=False)
        return hashlib.sha256(said.encode()).hexdigest()


def wordings_of(outline: dict) -> Wordings | None:
    """The entry that a version's outline holds; None for other documents."""
    kept = outline.get(FORMAT)
    return Wordings(kept["question"], tuple(kept["similar"]), kept["answer"]) if kept else None


def drafts(entry: Wordings) -> list[ChunkDraft]:
    """One passage a wording, the wording above the answer: it is found by either, and quotes the answer's place in the text."""
    text = entry.text
    start = len(text) - len(entry.answer)
    bodies = [f"{wording}\n{entry.answer}" for wording in entry.all]
    return [
        ChunkDraft(ordinal, body, (), None, start, len(text), "qa", wording, count_words(body))
        for ordinal, (wording, body) in enumerate(zip(entry.all, bodies, strict=True))
    ]
