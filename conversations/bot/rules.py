"""The risk rules as compiled patterns, read again every few seconds, and trained classifiers beside them."""

import logging
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import cache

from conversations.choices import RiskLevel
from conversations.models import RiskRule
from scrm.core.registry import Registry

log = logging.getLogger(__name__)
FRESH_S = 5
_KEY = "conversations.risk_rules"
_STRICTEST = (RiskLevel.BLOCK, RiskLevel.DOUBLE, RiskLevel.REVIEW)

# Text -> probability (0-1) of each topic. A room above registers one in ready(); there is none by default.
Classifier = Callable[[str], Mapping[str, float]]
CLASSIFIERS: Registry[Classifier] = Registry("risk classifiers")


@dataclass(frozen=True)
class Rule:
    topic: str
    name_en: str
    level: str
    question: tuple[str, ...]
    answer: tuple[str, ...]


def rules() -> tuple[Rule, ...]:
    """Enabled rules; an edit in the admin counts within FRESH_S seconds."""
    found = cache.get(_KEY)
    if found is None:
        rows = RiskRule.objects.filter(enabled=True)
        found = tuple(Rule(row.topic, row.name_en, row.level, _lines(row.question_patterns), _lines(row.answer_patterns)) for row in rows)
        cache.set(_KEY, found, FRESH_S)
    return found


def forget() -> None:
    """Read the rules anew at the next question."""
    cache.delete(_KEY)


def topics(question: str, answer: str) -> tuple[str, ...]:
    """Topics of the rules that match the question or the answer, then those a classifier is sure of."""
    matched = [rule.topic for rule in rules() if _matches(rule.question, question) or _matches(rule.answer, answer)]
    return tuple(dict.fromkeys([*matched, *_classified(f"{question}\n{answer}")]))


def shown_topic(topic: str, language: str) -> str:
    """The topic's name for a reader of this language."""
    english = {rule.topic: rule.name_en for rule in rules()} if language.startswith("en") else {}
    return english.get(topic) or topic


def level_of(found: Iterable[str]) -> str:
    """The strictest level among the topics; one without a rule is reviewed by one person."""
    levels = {rule.topic: rule.level for rule in rules()}
    wanted = {levels.get(topic, RiskLevel.REVIEW) for topic in found}
    return next((level for level in _STRICTEST if level in wanted), RiskLevel.REVIEW)


def _classified(text: str) -> list[str]:
    """Topics at least RISK_CLASSIFIER_LEAST probable. A topic whose rule is turned off is none."""
    sure = {
        topic
        for classifier in CLASSIFIERS.values()
        for topic, probability in classifier(text).items()
        if probability >= settings.RISK_CLASSIFIER_LEAST
    }
    if not sure:
        return []
    off = set(RiskRule.objects.filter(enabled=False, topic__in=sure).values_list("topic", flat=True))
    return sorted(sure - off)


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
