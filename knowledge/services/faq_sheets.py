"""Entries as a sheet: exported for editing elsewhere, imported row by row. An export that is imported again changes nothing."""

import io
import re
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from knowledge.choices import Audience
from knowledge.ingestion.causes import cause_text
from knowledge.ingestion.sandbox import rows_of_file
from knowledge.ingestion.types import ParseError
from knowledge.models import FaqEntry, KnowledgeBase
from knowledge.services.faq import CHANGE
from knowledge.services.faq_fields import FaqFields, checked, fields_of, one_line
from knowledge.services.faq_writing import Draft, write_in_tx
from scrm.access import policy
from scrm.audit.services import audit_record
from scrm.core.errors import Invalid
from scrm.core.locks import lock_in_tx

VIEW = "knowledge.view_document"
MOST_BYTES = 10_000_000
MOST_ROWS = 5_000
# The sheet is for people who work in Chinese: its words do not follow the language of who exports it.
COLUMNS = ("问题", "相似问法", "答案", "生效时间", "失效时间", "可见范围")
AUDIENCES = {Audience.PUBLIC: "客户与员工", Audience.INTERNAL: "仅内部"}
_KNOWN_AS = {
    "question": re.compile(r"问题|标准问题?|标准问法|question", re.I),
    "similar": re.compile(r"(?:相似|扩展|其他|同义)(?:问题|问法|问|说法)|similar.*", re.I),
    "answer": re.compile(r"(?:标准)?(?:答案|回答|答复|回复)|answer", re.I),
    "valid_from": re.compile(r"生效(?:时间|日期)|有效期(?:自|起|开始)|valid[ _]from", re.I),
    "valid_until": re.compile(r"失效(?:时间|日期)|有效期(?:至|止|结束)?|valid[ _]until", re.I),
    "audience": re.compile(r"可见范围|范围|audience", re.I),
}
_ASIDE = re.compile(r"[（(].*?[）)]|[*＊\s]")
# A spreadsheet runs a cell that begins so; a quotation mark before it makes it text.
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$")


@dataclass(frozen=True)
class SheetRow:
    """What became of one row. `outcome`: added, changed, unchanged or refused; `cause` says why it was refused."""

    number: int
    question: str
    outcome: str
    cause: str = ""


def faq_export(*, actor, base: KnowledgeBase) -> bytes:
    """All entries of the base that were not removed, as XLSX; who takes them out is written down. Raises NotAllowed."""
    policy.require(actor, VIEW, base)
    from openpyxl import Workbook
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    sheet = book.create_sheet("问答")
    for number, width in enumerate((40, 40, 80, 20, 20, 14), 1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.freeze_panes = "A2"
    sheet.append(COLUMNS)
    entries = FaqEntry.objects.filter(base=base, document__removed_at=None).select_related("document").order_by("pk")
    for entry in entries.iterator(chunk_size=500):
        sheet.append([_guarded(cell) for cell in _cells(fields_of(entry))])
    file = io.BytesIO()
    book.save(file)
    with transaction.atomic(durable=True):
        audit_record(actor=actor, action="faq.export", subject=base, detail={"base": base.pk, "entries": entries.count()})
    return file.getvalue()


def faq_import(*, actor, base: KnowledgeBase, file: BinaryIO, name: str) -> list[SheetRow]:
    """Add and change entries from XLSX or CSV; a question that is there already is changed, columns that are missing keep their values.

    Rows that cannot be taken in are refused with their cause, the others are saved together. Raises NotAllowed, Invalid for a file
    that cannot be read, has no columns 问题 and 答案, or more than 5,000 rows.
    """
    policy.require(actor, CHANGE, base)
    rows = _read(file, name)
    columns, first = _columns(rows)
    body = [(number, row) for number, row in enumerate(rows[first:], first + 1) if any(cell.strip() for cell in row)]
    if len(body) > MOST_ROWS:
        raise Invalid(ngettext("At most %(n)d row at once.", "At most %(n)d rows at once.", MOST_ROWS) % {"n": MOST_ROWS})
    with transaction.atomic(durable=True):
        lock_in_tx("faq", base.pk)
        return _save_in_tx(actor, base, columns, body)


def _save_in_tx(actor, base: KnowledgeBase, columns: dict[str, int], body: Sequence[tuple[int, list[str]]]) -> list[SheetRow]:
    entries = FaqEntry.objects.filter(base=base).select_related("document", "base").select_for_update(of=("document", "self"))
    known = {entry.question: entry for entry in entries}
    drafts: list[Draft] = []
    report: list[SheetRow] = []
    seen: dict[str, int] = {}
    for number, row in body:
        said = {key: _unguarded(row[at]) if at < len(row) else "" for key, at in columns.items()}
        question = one_line(said["question"])
        try:
            if question in seen:
                raise Invalid(_("Row %(n)s has the same question.") % {"n": seen[question]})
            outcome = _taken(said, known.get(question), drafts)
            seen[question] = number
        except Invalid as error:
            report.append(SheetRow(number, question, "refused", str(error)))
        else:
            report.append(SheetRow(number, question, outcome))
    if drafts:
        write_in_tx(base, drafts, actor, urgent=len(drafts) < 20)
        counts = {outcome: sum(row.outcome == outcome for row in report) for outcome in ("added", "changed", "refused")}
        audit_record(actor=actor, action="faq.import", subject=base, detail=counts)
    return report


def _taken(said: dict[str, str], entry: FaqEntry | None, drafts: list[Draft]) -> str:
    """Puts what the row changes into `drafts`; the outcome. Raises Invalid."""
    before = fields_of(entry) if entry else FaqFields("", "")
    fields = checked(replace(before, **{key: _PARSED[key](value) for key, value in said.items()}))
    removed = entry is not None and entry.document.removed_at is not None
    if entry and not removed and fields == before:
        return "unchanged"
    drafts.append(Draft(fields, entry))
    return "added" if entry is None or removed else "changed"


def _read(file: BinaryIO, name: str) -> list[list[str]]:
    data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise Invalid(_("The file is larger than %(limit)s MB.") % {"limit": MOST_BYTES // 1_000_000})
    with tempfile.NamedTemporaryFile() as copy:
        copy.write(data)
        copy.flush()
        try:
            return rows_of_file(Path(copy.name), name)
        except ParseError as error:
            raise Invalid(cause_text(error.code), code=error.code) from error


def _columns(rows: Sequence[Sequence[str]]) -> tuple[dict[str, int], int]:
    """({field: column}, index of the first row below the header)."""
    for index, row in enumerate(rows[:10]):
        labels = [_ASIDE.sub("", cell) for cell in row]
        found = {}
        for field, name in _KNOWN_AS.items():
            at = next((at for at, label in enumerate(labels) if name.fullmatch(label)), None)
            if at is not None:
                found[field] = at
        if {"question", "answer"} <= found.keys():
            return found, index + 1
    raise Invalid(_("The first row must name the columns 问题 and 答案 (and, if you like, 相似问法, 生效时间, 失效时间, 可见范围)."))


def _cells(fields: FaqFields) -> list[str]:
    return [
        fields.question, "\n".join(fields.similar), fields.answer, _moment(fields.valid_from), _moment(fields.valid_until),
        AUDIENCES[fields.audience],
    ]  # fmt: skip


def _moment(moment: datetime | None) -> str:
    """Local time, as exact as it is kept."""
    if moment is None:
        return ""
    local = timezone.localtime(moment).replace(tzinfo=None)
    return local.isoformat(sep=" ", timespec="microseconds" if local.microsecond else "seconds" if local.second else "minutes")


def _guarded(cell: str) -> str:
    return f"'{cell}" if _FORMULA.match(cell) else cell


def _unguarded(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def _from(text: str) -> datetime | None:
    return _time(text, day=0)


def _until(text: str) -> datetime | None:
    """A date alone includes that day."""
    return _time(text, day=1)


def _time(text: str, day: int) -> datetime | None:
    text = text.strip()
    if not text:
        return None
    try:
        if match := _DATE.fullmatch(text):
            return timezone.make_aware(datetime(*map(int, match.groups())) + timedelta(days=day))
        found = parse_datetime(text.replace("/", "-"))
    except (ValueError, OverflowError):
        found = None
    if found is None:
        raise Invalid(_("“%(text)s” is not a time. Write it as 2026-12-31 or 2026-12-31 18:00.") % {"text": text[:40]})
    return found if timezone.is_aware(found) else timezone.make_aware(found)


def _audience(text: str) -> str:
    text = text.strip()
    for audience, label in AUDIENCES.items():
        if text in (audience, label):
            return audience
    if not text:
        return Audience.PUBLIC
    raise Invalid(_("“%(text)s” is no audience. Write 客户与员工 or 仅内部.") % {"text": text[:40]})


_PARSED: dict[str, Callable[[str], object]] = {
    "question": str, "answer": str, "similar": lambda cell: tuple(cell.splitlines()), "valid_from": _from, "valid_until": _until,
    "audience": _audience,
}  # fmt: skip
