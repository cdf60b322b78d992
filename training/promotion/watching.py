"""manage.py bench control: how often a release that is no worse is sent back by chance, and how soon one that is worse is."""

import random
from argparse import ArgumentParser
from collections.abc import Callable
from statistics import median

from training.promotion.control import Share, out_of_control

LOOKS = 24  # a day
RATE, WORSE = 0.1, 0.2  # refused under the release before, and under a bad one


def bench_control(options: dict, say: Callable[[str], None]) -> dict:
    """Shares of runs in which the release was sent back within `days`, and the median days until then."""
    source = random.Random(options["seed"])
    facts = {"days": options["days"], "questions_a_day": options["questions"], "known": options["known"]}
    found = {}
    for name, rate in (("no_worse", RATE), ("worse", WORSE)):
        ends = [_days_until(source, rate, **facts) for _run in range(options["runs"])]
        back = [end for end in ends if end is not None]
        found[name] = {"rate": rate, "sent_back": round(len(back) / len(ends), 3), "median_days": round(median(back), 2) if back else None}
        say(f"{name}: {found[name]}")
    return {"runs": options["runs"], "rate_before": RATE, **facts, **found}


def _days_until(source: random.Random, rate: float, *, days: int, questions_a_day: int, known: int) -> float | None:
    """Days until the limit is left, None when it never is. `known`: questions under the release before."""
    before = Share(sum(source.random() < RATE for _ in range(known)), known)
    bad = cases = 0
    for look in range(1, days * LOOKS + 1):
        new = questions_a_day * look // LOOKS - cases
        bad, cases = bad + sum(source.random() < rate for _ in range(new)), cases + new
        if out_of_control(before, Share(bad, cases)):
            return look / LOOKS
    return None


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--runs", type=int, default=300, metavar="N", help="Simulated releases of either kind.")
    parser.add_argument("--days", type=int, default=30, metavar="N", help="Days that a release is watched.")
    parser.add_argument("--questions", type=int, default=100, metavar="N", help="Questions a day.")
    parser.add_argument("--known", type=int, default=1_400, metavar="N", help="Questions under the release before.")
    parser.add_argument("--seed", type=int, default=1)
