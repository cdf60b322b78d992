"""manage.py bench control: how often a release that is no worse is sent back by chance, and how soon one that is worse is."""

import random
from argparse import ArgumentParser
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from training.promotion.control import Share, out_of_control

LOOKS = 96  # a day, as the product looks
RATED = 0.3  # of the questions
RATES = {"refused": 0.1, "unsolved": 0.2}  # under the release before; unsolved: of those rated
KINDS = {"no_worse": {}, "refuses_twice": {"refused": 0.2}, "unsolved_twice": {"unsolved": 0.4}}


@dataclass
class Watched:
    """One figure: its share under the release before, and what is counted of the one that is watched, where it is truly `rate`."""

    source: random.Random
    rate: float
    before: Share
    bad: int = 0
    cases: int = 0

    def see(self, number: int) -> bool:
        """So many new cases; whether the figure has left its limit."""
        self.cases, self.bad = self.cases + number, self.bad + sum(self.source.random() < self.rate for _ in range(number))
        return out_of_control(self.before, Share(self.bad, self.cases))


def bench_control(options: dict, say: Callable[[str], None]) -> dict:
    """Of each kind of release: the share of runs in which either figure sent it back within `days`, and the median days until then."""
    source = random.Random(options["seed"])
    facts = {"days": options["days"], "questions_a_day": options["questions"], "known": options["known"]}
    found = {}
    for name, changed in KINDS.items():
        ends = [_days_until(source, RATES | changed, **facts) for _run in range(options["runs"])]
        back = [end for end in ends if end is not None]
        found[name] = {"sent_back": round(len(back) / len(ends), 3), "median_days": round(median(back), 2) if back else None}
        say(f"{name}: {found[name]}")
    return {"runs": options["runs"], "rates_before": RATES, "rated": RATED, "looks_a_day": LOOKS, **facts, **found}


def _days_until(source: random.Random, rates: dict[str, float], *, days: int, questions_a_day: int, known: int) -> float | None:
    """Days until a limit is left, None when none ever is. `known`: questions under the release before."""
    watched = {name: Watched(source, rates[name], _before(source, rate, known * _part(name))) for name, rate in RATES.items()}
    asked = 0
    for look in range(1, days * LOOKS + 1):
        new = questions_a_day * look // LOOKS - asked
        asked += new
        rated = sum(source.random() < RATED for _ in range(new))
        left = [watched["refused"].see(new), watched["unsolved"].see(rated)]
        if any(left):
            return look / LOOKS
    return None


def _part(name: str) -> float:
    return RATED if name == "unsolved" else 1.0


def _before(source: random.Random, rate: float, cases: float) -> Share:
    return Share(sum(source.random() < rate for _ in range(round(cases))), round(cases))


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--runs", type=int, default=300, metavar="N", help="Simulated releases of either kind.")
    parser.add_argument("--days", type=int, default=30, metavar="N", help="Days that a release is watched.")
    parser.add_argument("--questions", type=int, default=100, metavar="N", help="Questions a day.")
    parser.add_argument("--known", type=int, default=1_400, metavar="N", help="Questions under the release before.")
    parser.add_argument("--seed", type=int, default=1)
