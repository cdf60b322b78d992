"""manage.py bench bandit: simulated customers whose best way of being answered is known."""

from argparse import ArgumentParser
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from training.bandit.offpolicy import Estimate, Logged, advantage, better_proven, doubly_robust, ips, snips
from training.bandit.propensities import propensities
from training.bandit.thompson import DIMENSIONS, Posterior

ARMS = 5
ESTIMATORS = {"ips": ips, "snips": snips, "doubly_robust": doubly_robust}
POINTS = 10  # of the regret curve
LOOKED_AT = 250  # customers between two looks at the estimates


@dataclass(frozen=True)
class Way:
    """`explored`: largest share of questions not answered by the default, None for every arm as often. `moves`: an arm becomes the
    default as soon as it is proven better, as a person would decide on the page."""

    explored: float | None
    moves: bool = False


def bench_bandit(options: dict, say: Callable[[str], None]) -> dict:
    """Regret against uniform choice, with and without the cap on exploration, and how often the 95 % intervals hold the truth."""
    runs, steps = options["runs"], options["customers"]
    ways = {"thompson": Way(1.0), "capped": Way(options["most_explored"], moves=True), "default": Way(0.0), "uniform": Way(None)}
    regrets: dict[str, list[np.ndarray]] = {name: [] for name in ways}
    covered: dict[str, list[bool]] = {name: [] for name in ESTIMATORS}
    moved = 0
    for seed in range(runs):
        world = World(seed)
        moved += _play(World(seed, equal=True), steps, ways["capped"], seed)[2] != 0
        for name, way in ways.items():
            regret, logged, _default = _play(world, steps, way, seed)
            regrets[name].append(regret)
            if name == "capped":
                for arm in range(ARMS):
                    _count(covered, logged, arm, world.value(arm, [row.context for row in logged]))
        say(f"run {seed + 1} of {runs}")
    return {
        "runs": runs,
        "customers": steps,
        "regret_at_end": {name: round(float(np.mean([one[-1] for one in rows])), 1) for name, rows in regrets.items()},
        "regret_curve": {name: _curve(rows) for name, rows in regrets.items()},
        "coverage": {name: round(float(np.mean(rows)), 3) for name, rows in covered.items()},
        "moved_though_equal": round(moved / runs, 3),
    }


class World:
    """Customers: each arm's chance of solving depends on the context; the default (arm 0) is not the best on average. equal: all are alike."""

    def __init__(self, seed: int, *, equal: bool = False):
        self.random = np.random.default_rng(seed)
        self.effects = np.column_stack([self.random.uniform(0.45, 0.75, ARMS), self.random.normal(0, 0.08, (ARMS, DIMENSIONS - 1))])
        self.effects[0, 0] = self.effects[:, 0].min()
        if equal:
            self.effects[:] = self.effects[0]

    def customer(self) -> np.ndarray:
        return np.concatenate([[1.0], self.random.integers(0, 2, DIMENSIONS - 1)])

    def chances(self, context: np.ndarray) -> np.ndarray:
        """(arms,) probability that each solves this question."""
        return np.clip(self.effects @ context, 0.02, 0.98)

    def value(self, arm: int, contexts: list) -> float:
        return float(np.mean([self.chances(np.asarray(context))[arm] for context in contexts]))


def _play(world: World, steps: int, way: Way, seed: int) -> tuple[np.ndarray, list[Logged], int]:
    """(steps,) cumulative regret, the log, and the default at the end."""
    random = np.random.default_rng(10_000 + seed)
    known = [Posterior.prior() for _ in range(ARMS)]
    regret, logged, default = np.zeros(steps), [], 0
    for step in range(steps):
        context = world.customer()
        shares = _shares(known, context, default, way.explored, random)
        arm = int(random.choice(ARMS, p=shares))
        chances = world.chances(context)
        reward = float(random.random() < chances[arm])
        known[arm] = known[arm].learned(context, reward)
        regret[step] = chances.max() - chances[arm]
        logged.append(Logged(arm, tuple(shares), tuple(context), reward))
        if way.moves and not (step + 1) % LOOKED_AT:
            default = _better(logged, default)
    return regret.cumsum(), logged, default


def _shares(known: list[Posterior], context: np.ndarray, default: int, explored: float | None, random: np.random.Generator) -> np.ndarray:
    if explored is None:
        return np.full(ARMS, 1 / ARMS)
    return propensities(known, context, default=default, most_explored=explored, random=random)


def _better(logged: list[Logged], default: int) -> int:
    proven = [arm for arm in range(ARMS) if better_proven(logged, arm, default, ARMS)]
    return max(proven, key=lambda arm: advantage(logged, arm, default).value, default=default)


def _count(covered: dict[str, list[bool]], logged: list[Logged], arm: int, truth: float) -> None:
    for name, estimator in ESTIMATORS.items():
        estimate: Estimate = estimator(logged, arm)
        covered[name].append(estimate.low <= truth <= estimate.high)


def _curve(rows: list[np.ndarray]) -> list[float]:
    mean = np.mean(rows, axis=0)
    return [round(float(mean[int(place)]), 1) for place in np.linspace(len(mean) / POINTS - 1, len(mean) - 1, POINTS)]


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--runs", type=int, default=50, metavar="N", help="Simulated companies.")
    parser.add_argument("--customers", type=int, default=2_000, metavar="N", help="Questions in each.")
    parser.add_argument("--most-explored", type=float, default=0.2, metavar="SHARE", help="Share of questions not answered by the default.")
