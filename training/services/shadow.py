"""Shadow traffic: real questions of customers put to the candidate and to the release in use, by a worker, after they were answered."""

from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from conversations.choices import TurnState
from conversations.models import Turn
from knowledge.retrieval import search
from knowledge.retrieval.search import stored
from knowledge.types import Hit, Scope
from scrm.ai.models import ModelRelease
from scrm.ai.selectors import serving
from training.models import LearningObjection, ShadowQuestion, TrainingRun
from training.promotion.shadow import DEPTH, likeness
from training.promotion.shares import falls_on
from training.trainers.types import Stopped

STAGE = "shadow"
SINCE = timedelta(days=7)
AT_ONCE = 50  # questions of a period
LOOKED_AT = 2_000  # turns to draw a share from
ENDED = (TurnState.ANSWERED, TurnState.REFUSED, TurnState.HANDED_OVER, TurnState.IN_REVIEW, TurnState.REJECTED)
State = TrainingRun.State


def shadow_run(*, run: TrainingRun, goes_on: Callable[[str, int, int], bool] = lambda stage, done, total: True) -> int:
    """Before the switch: the newest SHADOW_QUESTIONS real questions to both. How many were new. Raises Stopped when `goes_on` says no."""
    turns = _turns(run.release, 1.0)[: settings.SHADOW_QUESTIONS]
    for done, turn in enumerate(turns, 1):
        _ask(run, turn)
        if not goes_on(STAGE, done, len(turns)):
            raise Stopped
    return len(turns)


def shadows_run() -> int:
    """While candidates wait for a decision or serve a share: a share of the new questions to both. How many there were."""
    asked = 0
    for run in TrainingRun.objects.filter(state__in=(State.WAITING, State.CANARY), release__isnull=False).select_related(
        "release", "previous"
    ):
        for turn in _turns(run.release, settings.SHADOW_SHARE)[:AT_ONCE]:
            _ask(run, turn)
            asked += 1
    return asked


def _turns(release: ModelRelease, share: float) -> list[Turn]:
    """Ended turns of customers who do not object, newest first, that were not asked yet."""
    rows = Turn.objects.filter(state__in=ENDED, created_at__gte=timezone.now() - SINCE).exclude(question="")
    rows = rows.exclude(pk__in=ShadowQuestion.objects.filter(release=release).values("turn"))
    rows = rows.exclude(conversation__identity__customer__in=LearningObjection.objects.values("customer"))
    rows = rows.select_related("conversation__account").only("question", "conversation__account").order_by("-pk")[:LOOKED_AT]
    return [turn for turn in rows if falls_on(share, "shadow", turn.pk)]


def _ask(run: TrainingRun, turn: Turn) -> None:
    bases = tuple(turn.conversation.account.bases.filter(scratch=False).values_list("pk", flat=True))
    if not bases:
        return
    scope, least = Scope(bases), stored(Scope(bases)).threshold
    found = {}
    for release in (run.previous, run.release) if turn.pk % 2 else (run.release, run.previous):
        with serving(release):
            result = search(turn.question, scope, limit=DEPTH, threshold=0.0)
        found[release.pk] = result.hits, result.timings_ms["total"]
    (before, before_ms), (after, after_ms) = found[run.previous_id], found[run.release_id]
    same = likeness(_passages(before), _passages(after))
    with transaction.atomic(durable=True):
        ShadowQuestion.objects.get_or_create(
            release=run.release, turn=turn, defaults=vars(same) | {
                "before_empty": not any(hit.relevance >= least for hit in before), "before_ms": before_ms,
                "after_empty": not any(hit.relevance >= least for hit in after), "after_ms": after_ms,
            },
        )  # fmt: skip


def _passages(hits: tuple[Hit, ...]) -> list[int]:
    return [hit.chunk_id for hit in hits]
