"""What the page of real-time learning shows: choices, what is known of each arm, and what each would have earned."""

from dataclasses import dataclass

from scrm.core.shares import Z
from training.models import BanditChoice
from training.services.bandit import ARMS, USUAL, arms, policy_row

MOST = 5_000  # newest choices that estimates are made of
LEAST = 50  # choices of an arm before its estimate may move the default


@dataclass(frozen=True)
class Arm:
    """`share`: of the choices; `posterior` and the estimates: (value, low, high), None while nothing can be said."""

    name: str
    label: object
    choices: int
    share: float
    rewarded: int
    solved: float | None
    posterior: tuple[float, float, float] | None
    estimates: dict[str, tuple[float, float, float] | None]
    is_default: bool
    proven: bool


def bandit_state() -> dict:
    """{policy, arms, choices, open}: figures of the current version, of the newest MOST choices that count."""
    policy = policy_row()
    rows = list(BanditChoice.objects.filter(version=policy.version).order_by("-pk")[:MOST])
    told = [row for row in reversed(rows) if row.reward is not None and row.weight]
    names = arms()
    estimated = _estimates(told, names)
    default = policy.default if policy.default in names else USUAL
    return {
        "policy": policy, "choices": len(rows), "open": sum(row.reward is None for row in rows), "told": len(told),
        "arms": [_arm(name, rows, told, policy.known, estimated, default) for name in names],
    }  # fmt: skip


def _arm(name: str, rows: list, told: list, known: dict, estimated: dict, default: str) -> Arm:
    mine = [row for row in told if row.arm == name]
    chosen = sum(row.arm == name for row in rows)
    own, usual = estimated[name]["doubly_robust"], estimated[default]["doubly_robust"]
    proven = name != default and len(mine) >= LEAST and bool(own and usual) and own[1] > usual[0]
    return Arm(
        name, ARMS[name][0], chosen, chosen / len(rows) if rows else 0.0, len(mine), sum(row.reward for row in mine) / len(mine) if mine else None,
        _posterior(known.get(name)), estimated[name], name == default, proven,
    )  # fmt: skip


def _posterior(stored: dict | None) -> tuple[float, float, float] | None:
    """Mean and 95 % interval of what a short, first question without a number earns."""
    if not stored:
        return None
    import numpy as np

    from training.bandit.thompson import DIMENSIONS, Posterior

    context = np.eye(DIMENSIONS)[0]
    posterior = Posterior.from_json(stored)
    mean, reach = posterior.mean(context), Z * posterior.spread(context)
    return mean, mean - reach, mean + reach


def _estimates(told: list, names: list[str]) -> dict[str, dict]:
    if not told:
        return {name: {"ips": None, "snips": None, "doubly_robust": None} for name in names}
    from training.bandit import offpolicy

    logged = [
        offpolicy.Logged(names.index(row.arm), [row.shares.get(name, 0.0) for name in names], row.context, row.reward)
        for row in told
        if row.arm in names
    ]
    estimators = {"ips": offpolicy.ips, "snips": offpolicy.snips, "doubly_robust": offpolicy.doubly_robust}
    return {name: {key: _shown(estimator(logged, place)) for key, estimator in estimators.items()} for place, name in enumerate(names)}


def _shown(estimate) -> tuple[float, float, float] | None:
    """None when nothing is known; within 0-1, which rewards never leave."""
    if (estimate.low, estimate.high) == (0.0, 1.0):
        return None
    return tuple(min(1.0, max(0.0, each)) for each in (estimate.value, estimate.low, estimate.high))
