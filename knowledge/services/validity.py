"""Who owns a document, whom it may be told to, and when it answers. Searches ask for these at their own moment: no job, no reindexing."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from knowledge.choices import Audience
from knowledge.models import Document, KnowledgeBase
from knowledge.selectors import people_of
from scrm.access import policy
from scrm.audit.services import audit_record
from scrm.core.errors import Invalid

CHANGE = "knowledge.change_document"
FIELDS = ("owner", "audience", "valid_from", "valid_until", "review_by")


def document_change(*, actor, document: Document, changes: Mapping[str, Any]) -> bool:
    """Set some of FIELDS; whether anything differs now. Raises NotAllowed, Invalid (an empty range, an owner without access)."""
    return bool(documents_change(actor=actor, base=document.base, document_ids=[document.pk], changes=changes))


def documents_change(*, actor, base: KnowledgeBase, document_ids: Iterable[int], changes: Mapping[str, Any]) -> int:
    """Set some of FIELDS on documents of one base, all or none; how many differ now.

    Moments are aware datetimes: valid from <= now < valid until. Raises NotAllowed, Invalid (an empty range, an owner without access).
    """
    policy.require(actor, CHANGE, base)
    ids = list(document_ids)
    with transaction.atomic(durable=True):
        rows = list(base.documents.filter(pk__in=ids).order_by("pk").select_for_update())
        changes_check(base, ids, changes)
        changed = [row for row in rows if _apply(row, changes)]
        Document.objects.filter(pk__in=[row.pk for row in changed]).update(**changes)
        for row in changed[:1]:
            detail = {"base": base.pk, "documents": [each.pk for each in changed], "set": {key: _plain(changes[key]) for key in changes}}
            audit_record(actor=actor, action="document.change", subject=row, detail=detail)
    return len(changed)


def changes_check(base: KnowledgeBase, document_ids: Collection[int], changes: Mapping[str, Any]) -> None:
    """Raises Invalid when the changes cannot be made of every one of the documents, with the name of one that stands against it."""
    _check(base, changes)
    start, end = changes.get("valid_from"), changes.get("valid_until")
    rows = base.documents.filter(pk__in=document_ids).order_by("pk")
    against = None
    if start and "valid_until" not in changes:
        against = rows.filter(valid_until__lte=start).first()
    elif end and "valid_from" not in changes:
        against = rows.filter(valid_from__gte=end).first()
    if against:
        raise Invalid(_("%(name)s: “valid until” must be later than “valid from”.") % {"name": against.name})


def _check(base: KnowledgeBase, changes: Mapping[str, Any]) -> None:
    unknown = set(changes) - set(FIELDS)
    if unknown:
        raise Invalid(_("These cannot be changed: %(fields)s.") % {"fields": ", ".join(sorted(unknown))})
    if "audience" in changes and changes["audience"] not in Audience.values:
        raise Invalid(_("Choose who may be told."))
    start, end = changes.get("valid_from"), changes.get("valid_until")
    if start and end and start >= end:
        raise Invalid(_("“Valid until” must be later than “valid from”."))
    owner = changes.get("owner")
    if owner is not None and not people_of(base).filter(pk=owner.pk).exists():
        raise Invalid(_("%(owner)s has no access to this knowledge base and cannot own its documents.") % {"owner": owner})


def _apply(row: Document, changes: Mapping[str, Any]) -> bool:
    """Set the fields on the row in memory; whether one of them was another."""
    differs = any(getattr(row, key) != value for key, value in changes.items())
    for key, value in changes.items():
        setattr(row, key, value)
    return differs


def _plain(value: Any) -> Any:
    """As it stands in the audit log."""
    return value.isoformat() if hasattr(value, "isoformat") else value.get_username() if hasattr(value, "get_username") else value
