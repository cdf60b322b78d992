"""What the page of real-time learning shows: the figures that a worker has left."""

from dataclasses import dataclass

from training.services.bandit import ARMS, UNCOMPARED, USUAL, arms, policy_row

Interval = tuple[float, float, float]  # value, low, high


@dataclass(frozen=True)
class Arm:
    """`share`: of the choices; `posterior`, the estimates and `advantage` over the default: None while nothing can be said."""

    name: str
    label: object
    choices: int
    share: float
    rewarded: int
    solved: float | None
    posterior: Interval | None
    ips: Interval | None
    snips: Interval | None
    doubly_robust: Interval | None
    advantage: Interval | None
    is_default: bool
    compared: bool
    proven: bool


def bandit_state() -> dict:
    """{policy, arms, choices, told, open}: without figures of this version and default there are none."""
    policy = policy_row()
    default = policy.default if policy.default in arms() else USUAL
    known = policy.figures if policy.figures.get("version") == policy.version else {}
    proved = known.get("default") == default
    return {
        "policy": policy, "choices": known.get("choices", 0), "open": known.get("open", 0), "told": known.get("told", 0),
        "arms": [_arm(name, known.get("arms", {}).get(name, {}), known.get("choices", 0), default, proved) for name in arms()],
    }  # fmt: skip


def _arm(name: str, facts: dict, choices: int, default: str, proved: bool) -> Arm:
    chosen = facts.get("choices", 0)
    intervals = {key: facts.get(key) for key in ("posterior", "ips", "snips", "doubly_robust")}
    return Arm(
        name=name, label=ARMS[name][0], choices=chosen, share=chosen / choices if choices else 0.0, rewarded=facts.get("rewarded", 0),
        solved=facts.get("solved"), advantage=facts.get("advantage") if proved else None, is_default=name == default,
        compared=name not in UNCOMPARED, proven=proved and name != default and bool(facts.get("proven")), **intervals,
    )  # fmt: skip
