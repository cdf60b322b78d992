"""The risk rules as compiled patterns, read again every few seconds."""

import logging
import re
from dataclasses import dataclass

from django.core.cache import cache

from conversations.models import RiskRule

log = logging.getLogger(__name__)
FRESH_S = 5
_KEY = "conversations.risk_rules"


@dataclass(frozen=True)
class Rule:
    topic: str
    question: tuple[str, ...]
    answer: tuple[str, ...]


def rules() -> tuple[Rule, ...]:
    """Enabled rules; an edit in the admin counts within FRESH_S seconds."""
    found = cache.get(_KEY)
    if found is None:
        rows = RiskRule.objects.filter(enabled=True)
        found = tuple(Rule(row.topic, _lines(row.question_patterns), _lines(row.answer_patterns)) for row in rows)
        cache.set(_KEY, found, FRESH_S)
    return found


def forget() -> None:
    """Read the rules anew at the next question."""
    cache.delete(_KEY)


def topics(question: str, answer: str) -> tuple[str, ...]:
    """Topics of the rules that match the question or the answer."""
    return tuple(rule.topic for rule in rules() if _matches(rule.question, question) or _matches(rule.answer, answer))


def _lines(patterns: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in patterns.splitlines() if line.strip())


def _matches(patterns: tuple[str, ...], text: str) -> bool:
    return any(_search(pattern, text) for pattern in patterns)


def _search(pattern: str, text: str) -> bool:
    """A line that is no valid expression is taken as plain words."""
    try:
        return bool(re.search(pattern, text, re.IGNORECASE))
    except re.error:
        return pattern.lower() in text.lower()
