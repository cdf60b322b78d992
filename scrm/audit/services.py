"""Writing, verifying and emptying the log."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from scrm.audit.models import AuditEntry
from scrm.core.locks import lock_in_tx

GENESIS = "0" * 64
PURGE_ROWS = 1_000


def entry_hash(entry: AuditEntry) -> str:
    """SHA-256 hex of the previous hash and the entry's canonical JSON, in which the detail stands by its own hash."""
    detail = entry.detail_hash or entry.detail  # rows of before details had hashes hold the detail itself
    body = [entry.previous_hash, entry.at.isoformat(), entry.actor, entry.action, entry.subject_type, entry.subject_id, detail]
    return hashlib.sha256(_canonical(body)).hexdigest()


def detail_hash(detail: dict) -> str:
    return hashlib.sha256(_canonical(detail)).hexdigest()


def _canonical(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True).encode()


@dataclass(frozen=True)
class Deed:
    """What one entry says. `actor`: a user, or None for the system."""

    actor: object
    action: str
    subject: models.Model
    detail: dict = field(default_factory=dict)

    def entry(self, previous: str) -> AuditEntry:
        """Unsaved, behind the entry of this hash."""
        entry = AuditEntry(
            at=timezone.now(),
            actor=self.actor.get_username() if self.actor else "system",
            action=self.action,
            subject_type=self.subject._meta.label_lower,
            subject_id=str(self.subject.pk),
            detail=self.detail,
            detail_hash=detail_hash(self.detail),
            previous_hash=previous,
        )
        entry.hash = entry_hash(entry)
        return entry


def audit_record(*, actor, action: str, subject: models.Model, detail: dict | None = None) -> AuditEntry:
    """Append one entry in the caller's transaction. `actor`: a user, or None for the system.

    Appends queue behind one lock until commit, so call it last and keep personal data out of `detail`.
    """
    return audit_record_all([Deed(actor, action, subject, detail or {})])[0]


def audit_record_all(deeds: Sequence[Deed]) -> list[AuditEntry]:
    """The same of several deeds of one transaction, in their order."""
    lock_in_tx("audit")
    head = AuditEntry.objects.order_by("-id").values_list("hash", flat=True).first() or GENESIS
    entries: list[AuditEntry] = []
    for deed in deeds:
        entries.append(deed.entry(entries[-1].hash if entries else head))
    return AuditEntry.objects.bulk_create(entries)


@dataclass(frozen=True)
class Walk:
    """How far the chain is proved: up to entry `up_to`, whose hash is `head`; `first_broken`: the first entry that does not hold, or None."""

    up_to: int = 0
    head: str = GENESIS
    entries: int = 0
    purged: int = 0
    first_broken: int | None = None


def chain_walk(behind: Walk, *, rows: int | None = None) -> Walk:
    """Verify the next `rows` entries (None: all there are) behind what is proved already."""
    previous, up_to, entries, purged = behind.head, behind.up_to, behind.entries, behind.purged
    for entry in AuditEntry.objects.filter(pk__gt=up_to).order_by("id")[:rows].iterator(chunk_size=2_000):
        if not _holds(entry, previous):
            return Walk(up_to, previous, entries, purged, entry.pk)
        previous, up_to, entries = entry.hash, entry.pk, entries + 1
        purged += entry.purged_at is not None
    return Walk(up_to, previous, entries, purged)


def chain_proved(up_to: int) -> Walk:
    """Where an earlier walk stopped, to go on behind it."""
    head = AuditEntry.objects.filter(pk=up_to).values_list("hash", flat=True).first()
    return Walk(up_to, head or GENESIS)


def chain_verify(*, head: str = "") -> dict:
    """{"ok", "entries", "purged", "first_broken", "head"}; `first_broken` is the id of the first entry that does not hold, or None.

    head: a hash noted earlier. The chain alone cannot know that its end was cut off; not ok when this hash is no longer in it.
    """
    walk = chain_walk(Walk())
    ok = walk.first_broken is None and (not head or head_known(head))
    return {"ok": ok, "entries": walk.entries, "purged": walk.purged, "first_broken": walk.first_broken, "head": walk.head}


def head_known(head: str) -> bool:
    return AuditEntry.objects.filter(hash=head).exists()


def _holds(entry: AuditEntry, previous: str) -> bool:
    kept = entry.purged_at is None and entry.detail_hash
    whole = not kept or entry.detail_hash == detail_hash(entry.detail)
    return whole and entry.previous_hash == previous and entry.hash == entry_hash(entry)


def audit_purge() -> int:
    """Empty the details of entries whose class is kept no longer (AUDIT_KEEP_DAYS); who did what to which row, and when, stays.

    The chain goes over the details' hashes, so it verifies afterwards as before.
    """
    emptied = 0
    for prefixes, days in settings.AUDIT_KEEP_DAYS:
        if not days:
            continue
        named = Q(pk__in=[])
        for prefix in prefixes:
            named |= Q(action__startswith=prefix)
        old = AuditEntry.objects.filter(named, purged_at=None, at__lt=timezone.now() - timedelta(days=days)).exclude(detail={})
        while ids := list(old.exclude(detail_hash="").order_by("id").values_list("pk", flat=True)[:PURGE_ROWS]):
            with transaction.atomic(durable=True):
                emptied += AuditEntry.objects.filter(pk__in=ids).update(detail={}, purged_at=timezone.now())
    return emptied
