"""Search weights of a base: tried on its test questions by an interactive worker, then applied.

A trial asks the one search with the weights to try, so that what it shows is what the search gives once they are applied.
"""

import logging
import time
from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from knowledge.choices import TrialState
from knowledge.judged_selectors import grades, passages_found, questions_judged
from knowledge.models import KnowledgeBase, SearchJudgement, TuningTrial
from knowledge.retrieval import search
from knowledge.retrieval.standing import DEPTH, Standing, standing, to_json
from knowledge.retrieval.tuning import Tuning
from knowledge.selectors import scope_for
from knowledge.types import Hit, Scope
from scrm.access import policy
from scrm.audit.services import audit_record
from scrm.core.attempts import attempted
from scrm.core.errors import Conflict, Invalid
from scrm.core.querysets import claim, free
from scrm.core.tasks import send_after_commit

log = logging.getLogger(__name__)

CHANGE = "knowledge.change_knowledgebase"
MOST_QUESTIONS = 200  # of a trial, the newest
KEPT = 20  # trials of a base
LEASE_S = 60
SLICE_S = 0.5  # then customers' questions come first; the trial goes on behind them


def trial_open(*, actor, base: KnowledgeBase, weights: Mapping[str, object]) -> TuningTrial:
    """Queue a trial of these weights, kept within their bounds; one that the actor has waiting here is replaced.

    Raises NotAllowed; Invalid when no test question has a right passage.
    """
    policy.require(actor, CHANGE, base)
    tried = Tuning.from_json(weights).to_json()
    with transaction.atomic(durable=True):
        if not questions_judged(base, 1):
            raise Invalid(_("No test question has a right passage yet."))
        TuningTrial.objects.filter(base=base, created_by=actor, state=TrialState.QUEUED).delete()
        kept = TuningTrial.objects.filter(base=base).order_by("-pk").values("pk")[: KEPT - 1]
        TuningTrial.objects.filter(base=base).exclude(pk__in=list(kept.values_list("pk", flat=True))).delete()
        row = TuningTrial.objects.create(base=base, weights=tried, before=base.tuning, created_by=actor)
        send_after_commit("knowledge.trial_run", row.pk)
    return row


def trials_waiting() -> list[int]:
    """Ids that no worker is at."""
    return list(TuningTrial.objects.filter(free()).order_by("pk").values_list("pk", flat=True)[:20])


def trial_run(*, trial_id: int) -> None:
    """Ask some of the trial's questions; no effect when it is gone, done or another worker's. Sends itself again until all are asked."""
    trial = _claimed(trial_id)
    if trial is None:
        return
    over, why = attempted(lambda: _ask_some(trial), what=f"trial {trial.pk}")
    if why is not None:
        _end(trial, TrialState.FAILED, error=why)
        return
    _end(trial, TrialState.DONE if over else TrialState.QUEUED, result=trial.result)
    if not over:
        send_after_commit("knowledge.trial_run", trial.pk)


def tuning_apply(*, actor, base: KnowledgeBase, weights: Mapping[str, object], seen: Mapping[str, object]) -> bool:
    """Search with these weights from the next question on; whether they differ from those in force. `{}` is as shipped.

    seen: the weights in force that the actor compared with. Raises NotAllowed, Conflict when they are others by now.
    """
    policy.require(actor, CHANGE, base)
    wanted = Tuning.from_json(weights).to_json()
    with transaction.atomic(durable=True):
        row = KnowledgeBase.objects.select_for_update().get(pk=base.pk)
        before = Tuning.from_json(row.tuning).to_json()
        if before != Tuning.from_json(seen).to_json():
            raise Conflict(_("Someone else has changed the weights meanwhile. Look at them, then apply yours again."))
        if wanted == before:
            return False
        KnowledgeBase.objects.filter(pk=row.pk).update(tuning=wanted)
        audit_record(actor=actor, action="base.tune", subject=row, detail={"before": before, "after": wanted})
    return True


def _claimed(trial_id: int) -> TuningTrial | None:
    taken = claim(TuningTrial.objects.filter(pk=trial_id), seconds=LEASE_S)
    return TuningTrial.objects.select_related("base", "created_by").get(pk=trial_id) if taken else None


def _end(trial: TuningTrial, state: TrialState, **changes) -> None:
    """A no-op when the lease went to another worker."""
    done_at = None if state == TrialState.QUEUED else timezone.now()
    TuningTrial.objects.filter(pk=trial.pk, state=TrialState.RUNNING).update(state=state, done_at=done_at, lease_until=None, **changes)


def _ask_some(trial: TuningTrial) -> bool:
    """Fill in `result`: {total, rows: [{question, before, after}]}, both standings. Whether all have been asked."""
    questions = questions_judged(trial.base, MOST_QUESTIONS)
    scope = scope_for(trial.created_by, [trial.base_id])
    rows = trial.result.get("rows", [])
    asked = {row["question"] for row in rows}
    until = time.monotonic() + SLICE_S
    for pk, (text, said) in questions.items():
        if pk not in asked:
            rows.append({"question": pk, **_compared(trial, text, said, scope)})
            if time.monotonic() > until:
                break
    trial.result = {"total": len(questions), "rows": rows}
    return not questions.keys() - {row["question"] for row in rows}


def _compared(trial: TuningTrial, text: str, said: list[SearchJudgement], scope: Scope) -> dict:
    before = standing_of(text, said, scope, Tuning.from_json(trial.before))
    same = Tuning.from_json(trial.before) == Tuning.from_json(trial.weights)
    after = before if same else standing_of(text, said, scope, Tuning.from_json(trial.weights))
    return {"before": to_json(before), "after": to_json(after)}


def standing_of(text: str, said: list[SearchJudgement], scope: Scope, tuning: Tuning | None = None) -> Standing:
    """How the search answers a test question; tuning: None = the weights in force."""
    result = search(text, scope, limit=DEPTH, tuning=tuning)
    found = passages_found(hit.chunk_id for hit in (*result.hits, *result.rejected))

    def of(hits: tuple[Hit, ...]) -> list[int]:
        return grades([found.get(hit.chunk_id) for hit in hits], said)

    return standing(of(result.hits), of(result.rejected), [row.grade for row in said])
