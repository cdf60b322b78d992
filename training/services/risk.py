"""The risk classifier: trained at night in seconds, put to use when it proves itself on questions it has not seen, asked in every turn."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone, translation

from scrm.ai.choices import Purpose
from scrm.ai.models import ModelRelease
from scrm.ai.selectors import active_release_or_none
from scrm.ai.services.releases import release_activate, release_create
from scrm.audit.services import audit_record
from training.datasets.types import digest
from training.models import RiskWeights, TrainingRun
from training.promotion import wording
from training.risk.features import places, probability
from training.risk.labels import LEAST, LEAST_EACH, RiskLabel, risk_labels
from training.risk.learning import Fitted, Worth, fit, worth
from training.services.promotion import tell

TOPIC = "审核经验"  # a rule of this name, turned off, silences the classifier
LEAST_HELD_OUT = 5  # of either kind
LEAST_AUC, MOST_HELD_UP, MARGIN = 0.6, 0.1, 0.02
FRESH_S = 30
_KEY, _NONE = "training.risk", "none"
State, Kind = TrainingRun.State, TrainingRun.Kind


def risk_train() -> TrainingRun | None:
    """Learn from all labels and decide; None, and nothing changes, while there are too few or no new ones."""
    labels = risk_labels()
    if not settings.RISK_LEARNING or not enough(labels):
        return None
    known = digest(*(label.key for label in labels))
    if TrainingRun.objects.filter(kind=Kind.RISK, parameters__labels=known).exists():
        return None
    began = time.perf_counter()
    training, measuring = ([label for label in labels if label.measures is side] for side in (False, True))
    fitted = fit([places(label.question, label.answer) for label in training], [label.risky for label in training])
    active = active_release_or_none(Purpose.RISK)
    now, before = _worth(fitted, measuring), _worth(_stored(active), measuring) if active else None
    conditions = _conditions(len(labels), now, before)
    run = TrainingRun(kind=Kind.RISK, parameters={"labels": known}, conditions=conditions, previous=active)
    run.figures = {"risk": {"labels": len(labels), "risky": sum(label.risky for label in labels), **asdict(now)}}
    run.seconds = time.perf_counter() - began
    return _decided(run, fitted)


def enough(labels: Sequence[RiskLabel]) -> bool:
    """Whether there is something to learn from and to measure by."""
    kinds = [(label.risky, label.measures) for label in labels]
    each = min(sum(risky is side for risky, _measures in kinds) for side in (False, True))
    held_out = min(kinds.count((side, True)) for side in (False, True))
    return len(labels) >= LEAST and each >= LEAST_EACH and held_out >= LEAST_HELD_OUT


def risk_classified(text: str) -> Mapping[str, float]:
    """For conversations.bot.rules: how probable it is that a person should see this answer. `text`: question, line break, answer.

    Empty while no classifier is in use; that is asked every FRESH_S seconds.
    """
    if not settings.RISK_LEARNING:
        return {}
    known = cache.get(_KEY)
    if known is None:
        active = active_release_or_none(Purpose.RISK)
        row = RiskWeights.objects.filter(release=active).first() if active else None
        known = (dict(row.weights), row.bias) if row else _NONE
        cache.set(_KEY, known, FRESH_S)
    if known == _NONE:
        return {}
    question, _break, answer = text.partition("\n")
    return {TOPIC: probability(places(question, answer), *known)}


def _decided(run: TrainingRun, fitted: Fitted) -> TrainingRun:
    with translation.override(settings.LANGUAGE_CODE):
        run.reason = wording.reason(run.conditions)
    passed = all(condition["passed"] for condition in run.conditions)
    run.state, run.ended_at = State.PROMOTED if passed else State.REFUSED, timezone.now()
    if passed:
        number = ModelRelease.objects.filter(purpose=Purpose.RISK).count() + 1
        run.release = release_create(name=f"risk-{number}", purpose=Purpose.RISK, settings={"labels": run.figures["risk"]["labels"]})
        RiskWeights.objects.create(release=run.release, weights=[list(each) for each in fitted.weights], bias=fitted.bias)
        release_activate(release=run.release)
        cache.delete(_KEY)
    with transaction.atomic(durable=True):
        run.save()
        audit_record(actor=None, action=f"training.{run.state}", subject=run, detail={"kind": run.kind, "reason": run.reason[:500]})
    if passed:
        tell(run)
    return run


def _conditions(labels: int, now: Worth, before: Worth | None) -> list[dict]:
    low, high = now.interval
    values = {"auc": round(now.auc, 3), "low": round(low, 3), "high": round(high, 3), "least": LEAST_AUC, "labels": labels}
    found = [{"name": "risk_auc", "passed": low > LEAST_AUC, "values": values}]
    held = {"held_up": f"{now.held_up:.0%}", "recall": f"{now.recall:.0%}", "most": f"{MOST_HELD_UP:.0%}"}
    found.append({"name": "risk_held_up", "passed": now.held_up <= MOST_HELD_UP, "values": held})
    if before:
        earlier = {"before": round(before.auc, 3), "after": round(now.auc, 3), "margin": MARGIN}
        found.append({"name": "risk_before", "passed": now.auc >= before.auc - MARGIN, "values": earlier})
    return found


def _worth(fitted: Fitted, labels: Sequence[RiskLabel]) -> Worth:
    weights = dict(fitted.weights)
    scores = [probability(places(label.question, label.answer), weights, fitted.bias) for label in labels]
    return worth(scores, [label.risky for label in labels])


def _stored(release: ModelRelease) -> Fitted:
    row = RiskWeights.objects.get(release=release)
    return Fitted(tuple((place, weight) for place, weight in row.weights), row.bias)
