"""A wording tried on questions, beside the one in force: nothing is sent, kept in the answer cache or learned from.

One question a task, so that customers' turns come in between; each takes two answers of the endpoint.
"""

import logging
import time
from collections.abc import Sequence
from dataclasses import replace

from django.db import transaction
from django.db.models import Q
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
from scrm.core.errors import Conflict, Invalid, ScrmError
from scrm.core.querysets import lease_until
from scrm.core.tasks import send_after_commit
from scrm.privacy.redact import redact

log = logging.getLogger(__name__)

MOST, LONGEST = 30, 500  # questions of a trial; characters of one
ARROW = "=>"  # "what was asked before => the follow-up"
LEASE_S = 90
KEPT = 10  # trials of a version
UNEXPECTED = _("An unexpected error; administrators find its cause in the worker's log.")


def prompt_try(*, actor, prompt: PromptVersion, base_id: int, lines: Sequence[str] = ()) -> PromptTrial:
    """Queue a trial on these questions, or on the base's saved test questions. `before => follow-up` gives a question its context.

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
    asked = [redact(line.strip()).text[:LONGEST] for line in lines if line.strip()] or _saved(base)
    if not asked:
        raise Invalid(_("Write questions, one a line, or save test questions for this knowledge base on the search test page."))
    if len(asked) > MOST:
        raise Invalid(_("At most %(n)s questions; these are %(now)s.") % {"n": MOST, "now": len(asked)})
    if prompt.kind == PromptKind.REWRITE and not any(ARROW in line for line in asked):
        raise Invalid(_("Rewriting needs what was said before: write lines of the form “earlier question => follow-up”."))
    with transaction.atomic(durable=True):
        old = PromptTrial.objects.filter(prompt=prompt).order_by("-pk").values_list("pk", flat=True)[KEPT - 1 :]
        PromptTrial.objects.filter(pk__in=list(old)).delete()
        row = PromptTrial.objects.create(prompt=prompt, base=base, questions=asked, against=_in_force(prompt.kind), created_by=actor)
        send_after_commit("conversations.prompt_trial_run", row.pk)
    return row


def prompt_trial_cancel(*, actor, trial: PromptTrial) -> bool:
    """What is answered already stays to be read; whether it was still going on. Raises NotAllowed."""
    policy.require(actor, CHANGE)
    going = PromptTrial.objects.filter(pk=trial.pk, state__in=(PromptTrialState.QUEUED, PromptTrialState.RUNNING))
    return bool(going.update(state=PromptTrialState.CANCELLED, done_at=timezone.now(), lease_until=None))


def prompt_trial_again(*, actor, trial: PromptTrial) -> None:
    """Go on with the questions that have no answers yet. Raises NotAllowed, Conflict while it is going on."""
    policy.require(actor, CHANGE)
    over = PromptTrial.objects.filter(pk=trial.pk, state__in=(PromptTrialState.FAILED, PromptTrialState.CANCELLED))
    with transaction.atomic(durable=True):
        if not over.update(state=PromptTrialState.QUEUED, error="", done_at=None, lease_until=None):
            raise Conflict(_("This trial is still going on, or done."))
        send_after_commit("conversations.prompt_trial_run", trial.pk)


def prompt_trials_waiting() -> list[int]:
    """Ids that no worker is at."""
    return list(PromptTrial.objects.filter(_free()).order_by("pk").values_list("pk", flat=True)[:20])


def prompt_trial_run(*, trial_id: int) -> None:
    """Answer the trial's next question both ways; no effect when it is gone, over or another worker's. Sends itself again."""
    trial = _claimed(trial_id)
    if trial is None:
        return
    try:
        over = _ask_next(trial)
    except ScrmError as error:
        _put(trial, PromptTrialState.FAILED, error=str(error))
    except Exception:  # outermost boundary of a trial: whoever waits for it must not wait for ever
        log.exception("trial of a prompt %s failed", trial_id)
        _put(trial, PromptTrialState.FAILED, error=str(UNEXPECTED))
    else:
        _put(trial, PromptTrialState.DONE if over else PromptTrialState.QUEUED, result=trial.result)
        if not over:
            send_after_commit("conversations.prompt_trial_run", trial.pk)


def _saved(base: KnowledgeBase) -> list[str]:
    return list(SearchQuestion.objects.filter(base=base, asked=True).values_list("text", flat=True)[:MOST])


def _in_force(kind: str) -> int:
    return PromptVersion.objects.filter(kind=kind, state=PromptState.LIVE).values_list("number", flat=True).first() or BUILT_IN


def _free() -> Q:
    return Q(state=PromptTrialState.QUEUED) | Q(state=PromptTrialState.RUNNING, lease_until__lt=timezone.now())


def _claimed(trial_id: int) -> PromptTrial | None:
    taken = PromptTrial.objects.filter(_free(), pk=trial_id).update(state=PromptTrialState.RUNNING, lease_until=lease_until(LEASE_S))
    return PromptTrial.objects.select_related("prompt", "base", "created_by").get(pk=trial_id) if taken else None


def _put(trial: PromptTrial, state: PromptTrialState, **changes) -> None:
    """A no-op when it was cancelled, or the lease went to another worker."""
    done_at = None if state == PromptTrialState.QUEUED else timezone.now()
    PromptTrial.objects.filter(pk=trial.pk, state=PromptTrialState.RUNNING).update(
        state=state, done_at=done_at, lease_until=None, **changes
    )


def _ask_next(trial: PromptTrial) -> bool:
    """Whether all have been asked."""
    rows = trial.result.get("rows", [])
    if len(rows) < len(trial.questions):
        rows.append(_compared(trial, trial.questions[len(rows)]))
    trial.result = {"rows": rows}
    return len(rows) >= len(trial.questions)


def _compared(trial: PromptTrial, line: str) -> dict:
    prompt = trial.prompt
    against = PromptVersion.objects.filter(kind=prompt.kind, number=trial.against).first()
    with worded(prompt.kind, trial.against, against.text if against else ""):
        before = _answered(trial, line)
    with worded(prompt.kind, prompt.number, prompt.text):
        return {"question": line, "before": before, "after": _answered(trial, line)}


def _answered(trial: PromptTrial, line: str) -> dict:
    """What a customer would have been told; the scope is a customer's."""
    earlier, arrow, follow = line.partition(ARROW)
    history = [Exchange(earlier.strip(), "")] if arrow else []
    scope = replace(scope_for(trial.created_by, [trial.base_id]), internal=False)
    started = time.perf_counter()
    with caching(False):
        state = run(follow.strip() if arrow else line, scope, history)
    return _told(state) | {"seconds": round(time.perf_counter() - started, 1)}


def _told(state: BotState) -> dict:
    cut = [{"text": one.text, "why": one.why} for one in state.sentences if not one.supported]
    return {
        "answer": state.answer, "asks": state.standalone, "writer": state.writer, "refused": state.outcome == Outcome.REFUSE,
        "fell_back": state.writer == EXTRACTIVE, "outcome": str(state.outcome), "reason": state.reason, "sentences": len(state.sentences), "cut": cut,
    }  # fmt: skip
