"""Figures of real-time learning, worked out by a worker: what is known of each way, and what each would have earned had it always served."""

from collections.abc import Sequence

import numpy as np
from django.utils import timezone

from scrm.core.shares import Z
from training.bandit import offpolicy
from training.bandit.thompson import DIMENSIONS, Posterior
from training.models import BanditChoice, BanditPolicy
from training.services.bandit import UNCOMPARED, USUAL, arms

MOST = 5_000  # newest choices that figures are made of
ESTIMATORS = {"ips": offpolicy.ips, "snips": offpolicy.snips, "doubly_robust": offpolicy.doubly_robust}


def figures_store() -> None:
    """For the page and the button that makes a way the default: figures of the current version, of the newest MOST choices."""
    policy = BanditPolicy.objects.order_by("pk").first()
    if policy is None:
        return
    names = arms()
    default = policy.default if policy.default in names else USUAL
    rows = list(BanditChoice.objects.filter(version=policy.version).order_by("-pk")[:MOST])
    told = [row for row in reversed(rows) if row.reward is not None and row.weight and row.arm in names]
    figures = {
        "version": policy.version, "default": default, "choices": len(rows), "open": sum(row.reward is None for row in rows),
        "told": len(told), "arms": _arms(names, default, rows, told, policy.known),
    }  # fmt: skip
    BanditPolicy.objects.filter(pk=policy.pk, version=policy.version).update(figures=figures, figured_at=timezone.now())


def _arms(names: list[str], default: str, rows: Sequence[BanditChoice], told: Sequence[BanditChoice], known: dict) -> dict[str, dict]:
    logged = [
        offpolicy.Logged(names.index(row.arm), [row.shares.get(name, 0.0) for name in names], row.context, row.reward) for row in told
    ]
    logged = [row for row in logged if min(row.shares) > 0]  # from before a way was added, or while nothing might be tried
    usual = names.index(default)
    found = {}
    for place, name in enumerate(names):
        mine = [row.reward for row in told if row.arm == name]
        found[name] = {
            "choices": sum(row.arm == name for row in rows),
            "rewarded": len(mine),
            "solved": sum(mine) / len(mine) if mine else None,
            "posterior": _posterior(known.get(name)),
            "advantage": _advantage(logged, place, usual, len(names)) if name != default else None,
            "proven": name not in UNCOMPARED and offpolicy.better_proven(logged, place, usual, len(names)),
        } | {key: _shown(estimator(logged, place)) if logged else None for key, estimator in ESTIMATORS.items()}
    return found


def _posterior(stored: dict | None) -> list[float] | None:
    """Mean and 95 % interval of what a short, first question without a number earns."""
    if not stored:
        return None
    context = np.eye(DIMENSIONS)[0]
    posterior = Posterior.from_json(stored)
    mean, reach = posterior.mean(context), Z * posterior.spread(context)
    return [mean, mean - reach, mean + reach]


def _advantage(logged: Sequence[offpolicy.Logged], place: int, usual: int, number: int) -> list[float] | None:
    """Value, low and high; None when nothing is known."""
    if not logged:
        return None
    found = offpolicy.lead(logged, place, usual, number)
    return None if (found.low, found.high) == (-1.0, 1.0) else [min(1.0, max(-1.0, each)) for each in (found.value, found.low, found.high)]


def _shown(estimate: offpolicy.Estimate) -> list[float] | None:
    """None when nothing is known; within 0-1, which rewards never leave."""
    if (estimate.low, estimate.high) == (0.0, 1.0):
        return None
    return [min(1.0, max(0.0, each)) for each in (estimate.value, estimate.low, estimate.high)]
