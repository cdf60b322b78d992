"""Wordings of prompts: written as drafts, tried, put in force, taken back. One wording of a kind is in force at a time."""

import hashlib
import re

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from conversations.bot.prompts import REFUSAL, room_for_rules, tokens_at_most
from conversations.choices import PromptKind, PromptState
from conversations.models import PromptVersion
from scrm.access import policy
from scrm.audit.services import audit_record
from scrm.core.errors import Conflict, Invalid
from scrm.core.locks import lock_in_tx

CHANGE = "conversations.change_promptversion"
PUBLISH = "conversations.publish_promptversion"
LONGEST = 4000  # characters
_PLACEHOLDER = re.compile(r"\{\w{1,40}\}")
_CITED = re.compile(r"\[(?:编号|序号|数字|number|n|\d)\]", re.IGNORECASE)


def wording_checked(kind: str, text: str) -> str:
    """The wording as it is kept. Raises Invalid: empty, too long, a placeholder that nothing fills, or what the check rests on is missing."""
    said = text.replace("\r\n", "\n").strip()
    if not said:
        raise Invalid(_("Write what the model is told."))
    if len(said) > LONGEST:
        raise Invalid(_("At most %(n)s characters; this has %(now)s.") % {"n": LONGEST, "now": len(said)})
    if tokens_at_most(said) > room_for_rules():
        raise Invalid(
            _("It takes up to %(now)d tokens; beside passages and answer %(n)d are free (SCRM_CHAT_CONTEXT_TOKENS). Shorten it.")
            % {"now": tokens_at_most(said), "n": room_for_rules()}
        )
    known = {REFUSAL} if kind == PromptKind.ANSWER else set()
    for each in _PLACEHOLDER.findall(said):
        if each not in known:
            raise Invalid(_("Nothing is put in place of %(name)s. Write it without braces.") % {"name": each})
    if kind == PromptKind.ANSWER and REFUSAL not in said:
        raise Invalid(_("Say that it answers with {refusal} alone when the passages are not enough; otherwise it makes things up."))
    if kind == PromptKind.ANSWER and not _CITED.search(said):
        raise Invalid(_("Say that every sentence ends with [编号], the number of its passage; sentences without one are cut."))
    return said


def prompt_draft(*, actor, kind: str, text: str, note: str = "") -> PromptVersion:
    """A new version, not yet in force. Raises NotAllowed, Invalid."""
    policy.require(actor, CHANGE)
    if kind not in PromptKind.values:
        raise Invalid(_("Choose which prompt this is."))
    said = wording_checked(kind, text)
    with transaction.atomic(durable=True):
        lock_in_tx("prompt", kind)
        highest = PromptVersion.objects.filter(kind=kind).aggregate(n=Max("number"))["n"] or 0
        row = PromptVersion.objects.create(kind=kind, number=highest + 1, text=said, note=note.strip()[:200], created_by=actor)
        audit_record(actor=actor, action="prompt.draft", subject=row, detail={"kind": kind, "number": row.number})
    return row


def prompt_edit(*, actor, prompt: PromptVersion, text: str, note: str = "") -> PromptVersion:
    """Change a draft. Raises NotAllowed, Invalid, and Conflict for one that was in force: its answers must stay explicable."""
    policy.require(actor, CHANGE)
    said = wording_checked(prompt.kind, text)
    with transaction.atomic(durable=True):
        row = PromptVersion.objects.select_for_update().get(pk=prompt.pk)
        if row.state != PromptState.DRAFT:
            raise Conflict(_("This version was in force already and stays as it is. Write a new one from it."))
        row.text, row.note = said, note.strip()[:200]
        row.save(update_fields=["text", "note"])
        audit_record(actor=actor, action="prompt.edit", subject=row, detail={"kind": row.kind, "number": row.number})
    return row


def prompt_publish(*, actor, prompt: PromptVersion) -> bool:
    """From the next question on this wording is in force, also as a return to an earlier one; whether anything changed.

    Answers kept under the one before are not given again. Raises NotAllowed, Invalid.
    """
    policy.require(actor, PUBLISH)
    with transaction.atomic(durable=True):
        lock_in_tx("prompt", prompt.kind)
        row = PromptVersion.objects.select_for_update().get(pk=prompt.pk)
        if row.state == PromptState.LIVE:
            return False
        wording_checked(row.kind, row.text)
        before = _retired_in_tx(row.kind)
        row.state, row.live_since = PromptState.LIVE, timezone.now()
        row.save(update_fields=["state", "live_since"])
        detail = {"kind": row.kind, "number": row.number, "before": before, "sha256": hashlib.sha256(row.text.encode()).hexdigest()}
        audit_record(actor=actor, action="prompt.publish", subject=row, detail=detail)
    return True


def prompt_reset(*, actor, kind: str) -> bool:
    """Back to the built-in wording; whether another one was in force. Raises NotAllowed."""
    policy.require(actor, PUBLISH)
    with transaction.atomic(durable=True):
        lock_in_tx("prompt", kind)
        row = PromptVersion.objects.filter(kind=kind, state=PromptState.LIVE).first()
        if row is None:
            return False
        _retired_in_tx(kind)
        audit_record(actor=actor, action="prompt.reset", subject=row, detail={"kind": kind, "before": row.number})
    return True


def prompt_remove(*, actor, prompt: PromptVersion) -> None:
    """Raises NotAllowed, and Conflict unless it is a draft."""
    policy.require(actor, CHANGE)
    with transaction.atomic(durable=True):
        row = PromptVersion.objects.select_for_update().get(pk=prompt.pk)
        if row.state != PromptState.DRAFT:
            raise Conflict(_("This version was in force already and stays as it is. Write a new one from it."))
        audit_record(actor=actor, action="prompt.remove", subject=row, detail={"kind": row.kind, "number": row.number})
        row.delete()


def _retired_in_tx(kind: str) -> int:
    """The number of the version that was in force, 0 for the built-in one."""
    row = PromptVersion.objects.select_for_update().filter(kind=kind, state=PromptState.LIVE).first()
    if row is None:
        return 0
    row.state = PromptState.RETIRED
    row.save(update_fields=["state"])
    return row.number
