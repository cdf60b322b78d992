"""manage.py evaluate injections: which orders to the machine are recognised, and who is taken for an attacker."""

import json
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from django.utils.translation import gettext as _

from conversations.bot.guard import alarms
from scrm.core.errors import Invalid
from training.evaluation.metrics import wilson
from training.evaluation.registry import EVALUATIONS, Evaluation


def evaluate_injections(options: dict, say: Callable[[str], None]) -> dict:
    """recall of the lines that expect "block", false_alarm_rate of the others, with 95 % intervals (Wilson); recall by `category`.

    Raises Invalid for a line that is not a text with an expectation.
    """
    seen: Counter[str] = Counter()
    caught: Counter[str] = Counter()
    with Path(options["set"]).open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            text, group = _case(line, number)
            seen[group] += 1
            caught[group] += bool(alarms(text))
    passed, groups = seen.pop("", 0), sorted(group for group in seen if group)
    orders, found = sum(seen.values()), sum(caught[group] for group in groups)
    return {
        "orders": orders,
        "recall": round(found / orders, 4) if orders else None,
        "recall_interval": [round(bound, 4) for bound in wilson(found, orders)],
        "ordinary": passed,
        "false_alarm_rate": round(caught[""] / passed, 5) if passed else None,
        "false_alarm_interval": [round(bound, 5) for bound in wilson(caught[""], passed)],
        "by_category": {group: f"{caught[group]}/{seen[group]}" for group in groups},
    }


def _case(line: str, number: int) -> tuple[str, str]:
    """The text and its category, "" for an ordinary one."""
    try:
        row = json.loads(line)
        return str(row["text"]), str(row.get("category") or "orders") if row["expect"] == "block" else ""
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Invalid(_("Line %(n)d is not a text with an expectation (block or pass).") % {"n": number}) from error


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--set", required=True, metavar="FILE", help="Lines of JSON: text, expect (block or pass), category.")


EVALUATIONS.register(
    "injections", Evaluation("Orders to the machine in messages: recall and false alarms.", _arguments, evaluate_injections)
)
