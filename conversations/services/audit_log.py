"""Taking the log out and opening what lies behind an entry; both are entries themselves."""

import csv
import json
from collections.abc import Iterator

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from conversations.audit_selectors import EXPORT, VIEW, LogFilter, log_entries, log_lines
from conversations.interaction_selectors import Interaction, entry_readable, interaction_of
from scrm.access import policy
from scrm.audit.models import AuditEntry
from scrm.audit.services import audit_record
from scrm.core.errors import Invalid

COLUMNS = ("id", "at", "actor", "action", "subject_type", "subject_id", "detail", "detail_hash", "purged_at", "previous_hash", "hash")
FORMATS = {"csv": "text/csv; charset=utf-8", "jsonl": "application/x-ndjson"}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def interaction_open(*, actor, entry_id: int) -> tuple[AuditEntry, Interaction | None]:
    """An entry with the interaction behind it. Its masked words are a customer's: who opened them is written down. NotAllowed, NotFound."""
    policy.require(actor, VIEW)
    entry = entry_readable(actor, entry_id)
    interaction = interaction_of(actor, entry)
    if interaction is not None:
        with transaction.atomic(durable=True):
            audit_record(actor=actor, action="audit.open", subject=interaction.subject, detail={"entry": entry.pk})
    return entry, interaction


def log_export(*, actor, chosen: LogFilter, form: str) -> Iterator[str]:
    """The entries of a filter as lines of CSV or JSONL, oldest first, as the log stands now: the export itself is its next entry.

    With `previous_hash`, `hash` and `detail_hash` an export of the whole log can be verified elsewhere. Raises NotAllowed, Invalid.
    """
    policy.require(actor, EXPORT)
    if form not in FORMATS:
        raise Invalid(_("Choose CSV or JSONL."))
    up_to = AuditEntry.objects.order_by("-id").values_list("pk", flat=True).first() or 0
    detail = {"format": form, "filter": chosen.stated(), "up_to": up_to}
    if not chosen.text:  # counting what has a text would read all of it twice
        detail["entries"] = log_entries(actor, chosen).filter(pk__lte=up_to).count()
    with transaction.atomic(durable=True):
        audit_record(actor=actor, action="audit.export", subject=actor, detail=detail)
    lines = log_lines(actor, chosen, up_to=up_to)
    return _csv(lines) if form == "csv" else _jsonl(lines)


class _Line:
    """What csv writes into: gives each line back."""

    def write(self, line: str) -> str:
        return line


def _csv(entries: Iterator[AuditEntry]) -> Iterator[str]:
    writer = csv.writer(_Line())
    yield "\ufeff" + writer.writerow(COLUMNS)
    for entry in entries:
        yield writer.writerow([_safe(str(value)) for value in _values(entry).values()])


def _jsonl(entries: Iterator[AuditEntry]) -> Iterator[str]:
    for entry in entries:
        yield json.dumps(_values(entry) | {"detail": entry.detail}, ensure_ascii=False) + "\n"


def _values(entry: AuditEntry) -> dict[str, object]:
    values = {name: getattr(entry, name) for name in COLUMNS}
    purged = entry.purged_at.isoformat() if entry.purged_at else ""
    return values | {
        "at": entry.at.isoformat(),
        "purged_at": purged,
        "detail": json.dumps(entry.detail, ensure_ascii=False, sort_keys=True),
    }


def _safe(value: str) -> str:
    """A spreadsheet must not run what a user name or a detail begins with."""
    return f"'{value}" if value.startswith(_FORMULA) else value
