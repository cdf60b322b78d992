"""A wording tried on questions, beside the one in force: nothing is sent, kept in the answer cache or learned from.

One question a task, so that customers' turns come in between; each takes two answers of the endpoint.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from conversations.bot.pipeline import run
from conversations.bot.places import caching
from conversations.bot.steps.answer import EXTRACTIVE
from conversations.bot.wordings import BUILT_IN, worded
from conversations.choices import PromptKind, PromptState, PromptTrialState
from conversations.models import PromptTrial, PromptVersion
from conversations.services.prompts import CHANGE
from conversations.types import BotState, Exchange, Outcome
from knowledge.models import KnowledgeBase, SearchQuestion
from knowledge.selectors import scope_for
from scrm.access import policy
from scrm.ai.chat import chat_configured
from scrm.ai.usage import counted
from scrm.core.attempts import UNEXPECTED, attempted
from scrm.core.errors import Conflict, Invalid
from scrm.core.querysets import free, lease_until
from scrm.core.tasks import send_after_commit
from scrm.privacy.redact import redact

log = logging.getLogger(__name__)

MOST, LONGEST = 30, 500  # questions of a trial; characters of one
ARROW = "=>"  # "what was asked before => the follow-up"
LEASE_S = 60  # and twice the time an endpoint may take
ATTEMPTS = 3  # at one question, when workers die over it
KEPT = 10  # trials of a version
OVER = (PromptTrialState.FAILED, PromptTrialState.CANCELLED, PromptTrialState.DONE)


def prompt_try(*, actor, prompt: PromptVersion, base_id: int, lines: Sequence[str] = (), saved: Sequence[int] = ()) -> PromptTrial:
    """Queue a trial on these questions and on saved test questions of the base, given by id. `before => follow-up` gives a question its context.

    Raises NotAllowed, Invalid (no base, no endpoint, no questions, too many).
    """
    policy.require(actor, CHANGE)
    base = KnowledgeBase.objects.visible_to(actor).filter(pk=base_id).first()
    if base is None:
        raise Invalid(_("Choose a knowledge base that you may use."))
    if not chat_configured():
        raise Invalid(
            _("No language model is connected, so there is nothing to try. Set OPENAI_BASE_URL, OPENAI_API_KEY and SCRM_CHAT_MODEL.")
        )
    asked = _questions(prompt, base, lines, saved)
    against = prompt_opponent(prompt)
    with transaction.atomic(durable=True):
        old = PromptTrial.objects.filter(prompt=prompt).order_by("-pk").values_list("pk", flat=True)[KEPT - 1 :]
        PromptTrial.objects.filter(pk__in=list(old)).delete()
        row = PromptTrial.objects.create(prompt=prompt, text=prompt.text, base=base, questions=asked, against=against, created_by=actor)
        send_after_commit("conversations.prompt_trial_run", row.pk)
    return row


def prompt_trial_cancel(*, actor, trial: PromptTrial) -> bool:
    """What is answered already stays to be read; whether it was still going on. Raises NotAllowed."""
    policy.require(actor, CHANGE)
    going = PromptTrial.objects.filter(pk=trial.pk, state__in=(PromptTrialState.QUEUED, PromptTrialState.RUNNING))
    return bool(going.update(state=PromptTrialState.CANCELLED, done_at=timezone.now(), lease_until=None))


def prompt_trial_again(*, actor, trial: PromptTrial) -> None:
    """Go on with the questions that have no answers yet, or that the model left alone. Raises NotAllowed, Conflict when there are none."""
    policy.require(actor, CHANGE)
    with transaction.atomic(durable=True):
        row = PromptTrial.objects.select_for_update().get(pk=trial.pk)
        kept = [each for each in row.result.get("rows", []) if not left_alone(each)]
        if row.state not in OVER or len(kept) == len(row.questions):
            raise Conflict(_("This trial is still going on, or done."))
        row.state, row.result, row.attempts, row.error, row.done_at = PromptTrialState.QUEUED, {"rows": kept}, 0, "", None
        row.save(update_fields=["state", "result", "attempts", "error", "done_at"])
        send_after_commit("conversations.prompt_trial_run", row.pk)


def left_alone(row: Mapping) -> bool:
    """Whether one of the two answers of a trial's row is not the model's though it should be, or came to nothing by a failure."""
    return any(row[side]["fell_back"] or row[side]["failed"] for side in ("before", "after"))


def prompt_opponent(prompt: PromptVersion) -> int:
    """The version it is compared with: the one in force; for that one itself, the one before it, or the built-in wording."""
    others = PromptVersion.objects.filter(kind=prompt.kind, live_since__isnull=False).exclude(pk=prompt.pk).order_by("-live_since")
    if prompt.state != PromptState.LIVE:
        others = others.filter(state=PromptState.LIVE)
    return others.values_list("number", flat=True).first() or BUILT_IN


def prompt_trials_waiting() -> list[int]:
    """Ids that no worker is at."""
    return list(PromptTrial.objects.filter(free()).order_by("pk").values_list("pk", flat=True)[:20])


def prompt_trial_run(*, trial_id: int) -> None:
    """Answer the trial's next question both ways; no effect when it is gone, over or another worker's. Sends itself again."""
    trial = _claimed(trial_id)
    if trial is None:
        return
    over, why = attempted(lambda: _ask_next(trial), what=f"trial of a prompt {trial.pk}")
    if why is not None:
        _put(trial, PromptTrialState.FAILED, error=why)
        return
    kept = _put(trial, PromptTrialState.DONE if over else PromptTrialState.QUEUED, result=trial.result, attempts=0)
    if kept and not over:
        send_after_commit("conversations.prompt_trial_run", trial.pk)


def _questions(prompt: PromptVersion, base: KnowledgeBase, lines: Sequence[str], saved: Sequence[int]) -> list[str]:
    """Masked, each once, in the order of the page. Raises Invalid."""
    chosen = SearchQuestion.objects.filter(base=base, asked=True, pk__in=saved).values_list("text", flat=True)
    masked = [redact(line.strip()).text[:LONGEST] for line in (*chosen, *lines) if line.strip()]
    asked = list(dict.fromkeys(masked))
    if not asked:
        raise Invalid(_("Choose saved test questions, or write questions, one a line."))
    if len(asked) > MOST:
        raise Invalid(_("At most %(n)s questions; these are %(now)s.") % {"n": MOST, "now": len(asked)})
    if prompt.kind == PromptKind.REWRITE and not any(ARROW in line for line in asked):
        raise Invalid(_("Rewriting needs what was said before: write lines of the form “earlier question => follow-up”."))
    return asked


def _claimed(trial_id: int) -> PromptTrial | None:
    until = lease_until(LEASE_S + 2 * settings.CHAT_TIMEOUT_S)
    taken = PromptTrial.objects.filter(free(), pk=trial_id).update(
        state=PromptTrialState.RUNNING, lease_until=until, attempts=F("attempts") + 1
    )
    if not taken:
        return None
    trial = PromptTrial.objects.select_related("prompt", "base", "created_by").filter(pk=trial_id, lease_until=until).first()
    if trial is not None and trial.attempts > ATTEMPTS:
        _put(trial, PromptTrialState.FAILED, error=str(UNEXPECTED))
        return None
    return trial


def _put(trial: PromptTrial, state: PromptTrialState, **changes) -> bool:
    """False, and nothing changes, when it was cancelled or the lease went to another worker."""
    done_at = None if state == PromptTrialState.QUEUED else timezone.now()
    ours = PromptTrial.objects.filter(pk=trial.pk, state=PromptTrialState.RUNNING, lease_until=trial.lease_until)
    return bool(ours.update(state=state, done_at=done_at, lease_until=None, **changes))


def _ask_next(trial: PromptTrial) -> bool:
    """Whether all have been asked."""
    rows = {row["question"]: row for row in trial.result.get("rows", [])}
    left = [line for line in trial.questions if line not in rows]
    if left:
        rows[left[0]] = _compared(trial, left[0])
    trial.result = {"rows": [rows[line] for line in trial.questions if line in rows]}
    return len(left) < 2


def _compared(trial: PromptTrial, line: str) -> dict:
    prompt = trial.prompt
    against = PromptVersion.objects.filter(kind=prompt.kind, number=trial.against).first()
    with worded(prompt.kind, trial.against, against.text if against else ""):
        before = _answered(trial, line)
    with worded(prompt.kind, prompt.number, trial.text):
        return {"question": line, "before": before, "after": _answered(trial, line)}


def _answered(trial: PromptTrial, line: str) -> dict:
    """What a customer would have been told; the scope is a customer's. `seconds` and `tokens` are the endpoint's: the rest is the same."""
    earlier, arrow, follow = line.partition(ARROW)
    history = [Exchange(earlier.strip(), "")] if arrow else []
    scope = replace(scope_for(trial.created_by, [trial.base_id]), internal=False)
    with caching(False), counted() as usage:
        state = run(follow.strip() if arrow else line, scope, history)
    return _told(state) | {
        "replies": usage.replies,
        "seconds": round(usage.ms / 1000, 1),
        "tokens": usage.prompt_tokens + usage.completion_tokens,
    }


def _told(state: BotState) -> dict:
    sentences = [asdict(one) | {"scores": dict(one.scores)} for one in state.sentences]
    return {
        "answer": state.answer, "asks": state.standalone, "writer": state.writer, "refused": state.outcome == Outcome.REFUSE,
        "fell_back": state.writer == EXTRACTIVE and not state.suspicious, "suspicious": bool(state.suspicious),
        "failed": state.answer == settings.TROUBLE_TEXT,
        "outcome": str(state.outcome), "reason": str(state.reason), "sentences": sentences, "cut": sum(not one.supported for one in state.sentences),
    }  # fmt: skip
