"""Writing and verifying the log."""

import hashlib
import json

from django.db import models
from django.utils import timezone

from scrm.audit.models import AuditEntry
from scrm.core.locks import lock_in_tx

GENESIS = "0" * 64


def entry_hash(entry: AuditEntry) -> str:
    """SHA-256 hex of the previous hash and the entry's canonical JSON."""
    body = [entry.previous_hash, entry.at.isoformat(), entry.actor, entry.action, entry.subject_type, entry.subject_id, entry.detail]
    return hashlib.sha256(json.dumps(body, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def audit_record(*, actor, action: str, subject: models.Model, detail: dict | None = None) -> AuditEntry:
    """Append one entry in the caller's transaction. `actor`: a user, or None for the system.

    Appends queue behind one lock until commit, so call it last and keep personal data out of `detail`.
    """
    lock_in_tx("audit")
    previous = AuditEntry.objects.order_by("-id").values_list("hash", flat=True).first()
    entry = AuditEntry(
        at=timezone.now(),
        actor=actor.get_username() if actor else "system",
        action=action,
        subject_type=subject._meta.label_lower,
        subject_id=str(subject.pk),
        detail=detail or {},
        previous_hash=previous or GENESIS,
    )
    entry.hash = entry_hash(entry)
    entry.save(force_insert=True)
    return entry


def chain_first_broken() -> AuditEntry | None:
    """The first entry whose hash or link does not hold; None when the whole chain does."""
    previous = GENESIS
    for entry in AuditEntry.objects.order_by("id").iterator():
        if entry.previous_hash != previous or entry.hash != entry_hash(entry):
            return entry
        previous = entry.hash
    return None
