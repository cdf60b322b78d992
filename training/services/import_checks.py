"""What lines say against what is known: the base they name, the passages they mark, and whether they repeat or contradict anything."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import Q

from knowledge.judged_selectors import latest, plain_question
from knowledge.models import Chunk, Document, FaqEntry, KnowledgeBase, SearchJudgement
from knowledge.services.faq_fields import FaqFields, checked
from scrm.access import policy
from scrm.core.errors import Invalid
from training.datasets.types import digest
from training.importing.lines import Finding, Line
from training.models import AnnotationImport, AnnotationTask, ImportedLine
from training.services.annotation import CHANGE

Outcome = ImportedLine.Outcome


@dataclass
class Said:
    """What earlier lines of the file said of one question, with their numbers."""

    whole: dict[str, int] = field(default_factory=dict)
    grades: dict[int, tuple[int, int]] = field(default_factory=dict)
    error: tuple[str, int] = ("", 0)
    corrected: tuple[str, int] = ("", 0)


class Checks:
    """The checks of one file, line by line in its order. `default`: the base of lines that name none; `actor`: who takes them in."""

    def __init__(self, default: KnowledgeBase, actor):
        self.default, self.actor = default, actor
        bases = KnowledgeBase.objects.visible_to(actor) if actor else KnowledgeBase.objects.all()
        self.bases = {base.name: base for base in bases.filter(scratch=False) if actor is None or policy.can(actor, CHANGE, base)}
        self.said: dict[tuple[int, str], Said] = {}

    def checked(self, imported: AnnotationImport, lines: Sequence[Line]) -> list[ImportedLine]:
        """Unsaved rows, one a line."""
        chunks = self._chunks(lines)
        return [self._row(imported, line, chunks) for line in lines]

    def _row(self, imported: AnnotationImport, line: Line, chunks: dict) -> ImportedLine:
        row = ImportedLine(imported=imported, number=line.number, masked=line.masked, outcome=Outcome.REFUSED)
        findings = list(line.findings)
        base = self.bases.get(line.base) if line.base else self.default
        if base is None:
            findings.append(("base", "base", line.base[:80]))
        row.base = base
        passages: list[list[int]] = []
        for place, (text, grade) in enumerate(line.passages):
            known = chunks.get((base.pk if base else 0, text))
            if known:
                passages.append([known, grade])
            else:
                findings.append(("passage", f"passages[{place}].text", ""))
        row.data = {
            "question": line.question, "answer": line.answer, "corrected": line.corrected, "error": line.error, "passages": passages,
        }  # fmt: skip
        if base and not line.refused:
            findings += self._judged(row, line)
        row.findings = [list(each) for each in findings]
        return row

    def _judged(self, row: ImportedLine, line: Line) -> list[Finding]:
        """Sets the row's outcome; what more there is to say of it."""
        data = row.data
        if not (data["passages"] or data["corrected"] or data["error"]):
            return [("empty", "", "")]
        if data["corrected"]:
            try:
                checked(FaqFields(data["question"], data["corrected"]))
            except Invalid as error:
                return [("answer", "corrected", str(error))]
        said = self.said.setdefault((row.base.pk, line.key), Said())
        whole = digest(data["corrected"], data["error"], sorted(data["passages"]))
        found = self._repeats(row, said, whole) or self._contradicts(row, said)
        _heard(said, line.number, whole, data)
        if not found:
            row.outcome = Outcome.GOOD
        return found

    def _repeats(self, row: ImportedLine, said: Said, whole: str) -> list[Finding]:
        row.outcome = Outcome.DUPLICATE
        if whole in said.whole:
            return [("duplicate_line", "", str(said.whole[whole]))]
        data = row.data
        tasks = AnnotationTask.objects.filter(base=row.base, question=data["question"], state=AnnotationTask.State.DONE)
        same = tasks.filter(corrected=data["corrected"], error=data["error"]).exists()
        grades = _known_grades(row)
        if same and all(grades.get(chunk) == grade for chunk, grade in data["passages"]):
            return [("duplicate_known", "", "")]
        return []

    def _contradicts(self, row: ImportedLine, said: Said) -> list[Finding]:
        row.outcome = Outcome.CONTRADICTION
        data, known, found = row.data, _known_grades(row), []
        for place, (chunk, grade) in enumerate(data["passages"]):
            before = said.grades.get(chunk)
            if before and before[0] != grade:
                found.append(("contradicts_line", f"passages[{place}].grade", str(before[1])))
            elif chunk in known and known[chunk] != grade:
                found.append(("contradicts_known", f"passages[{place}].grade", str(known[chunk])))
        for name, (value, number) in (("error", said.error), ("corrected", said.corrected)):
            if value and data[name] and value != data[name]:
                found.append(("contradicts_line", name, str(number)))
        entry = FaqEntry.objects.filter(base=row.base, question=data["question"], document__removed_at=None).first()
        if data["corrected"] and entry and entry.answer != data["corrected"]:
            found.append(("contradicts_known", "corrected", entry.answer[:80]))
        return found

    def _chunks(self, lines: Sequence[Line]) -> dict[tuple[int, str], int]:
        """Live passages that the actor may read, by base and text."""
        texts = {text for line in lines for text, _grade in line.passages}
        bases = {self.default.pk, *(self.bases[line.base].pk for line in lines if line.base in self.bases)}
        if not texts:
            return {}
        rows = Chunk.objects.filter(version__live_of__base__in=bases, version__live_of__removed_at=None, text__in=texts)
        if self.actor:
            rows = rows.filter(version__document__in=Document.objects.readable_by(self.actor))
        return {(base, text): pk for base, text, pk in rows.order_by("-pk").values_list("version__base_id", "text", "pk")}


def counts_of(imported: AnnotationImport) -> dict[str, int]:
    """Lines by outcome; `masked`, `passages` that were not found, and those `taken` in."""
    rows = list(imported.lines.values_list("outcome", "masked", "findings", "taken_at"))
    found = Counter(outcome for outcome, *_rest in rows)
    missing = sum(code == "passage" for _outcome, _masked, findings, _at in rows for code, *_rest in findings)
    return {
        **{outcome: found.get(outcome, 0) for outcome in Outcome.values},
        "masked": sum(masked for _outcome, masked, _findings, _at in rows),
        "passages": missing,
        "taken": sum(at is not None for *_rest, at in rows),
    }


def _known_grades(row: ImportedLine) -> dict[int, int]:
    """The latest grade of each of the line's passages for its question."""
    chunks = {chunk: None for chunk, _grade in row.data["passages"]}
    if not chunks:
        return {}
    facts = Chunk.objects.filter(pk__in=chunks).values_list("pk", "version__document_id", "content_hash")
    of = {(document, content): pk for pk, document, content in facts}
    said = SearchJudgement.objects.filter(
        Q(question__base=row.base, question__text=plain_question(row.data["question"]), document__in={document for document, _ in of})
    )
    return {of[key]: each.grade for each in latest(said) if (key := (each.document_id, each.content_hash)) in of}


def _heard(said: Said, number: int, whole: str, data: dict) -> None:
    said.whole.setdefault(whole, number)
    for chunk, grade in data["passages"]:
        said.grades.setdefault(chunk, (grade, number))
    said.error = said.error if said.error[0] else (data["error"], number)
    said.corrected = said.corrected if said.corrected[0] else (data["corrected"], number)
