"""What a customer's message says as a rating: a tapped item, a typed digit or label, and words behind it. No database."""

import re
from dataclasses import dataclass

from django.conf import settings

from conversations.bot.steps.intent import asks_for_person

_CLICK = re.compile(r"csat_(?P<survey>\d{1,18})_(?P<score>[1-5])")
_DIGITS = {each: number for number, digits in enumerate(("1１一", "2２二两", "3３三", "4４四", "5５五"), 1) for each in digits}
_TYPED = re.compile(r"(?P<digit>[1-5１-５一二两三四五])\s*(?P<unit>分|星)?\s*(?P<rest>.*)", re.S)
_SEPARATED = re.compile(r"[\s，,。.；;！!：:、~～]+")
# What is asked is no comment, and no rating either: 「3天能到吗」.
_ASKS = re.compile(
    r"[?？]|吗|呢|怎么|怎样|如何|什么|啥|多少|多久|多大|几[天个点号件次]|哪|谁|能不能|能否|可不可以|可以.{0,8}么|是否|是不是|有没有|为何"
)
LONGEST_COMMENT = 500


@dataclass(frozen=True)
class Rating:
    """`score` from 1 (the worst); `comment`: words behind a typed score, or ""."""

    score: int
    comment: str = ""


@dataclass(frozen=True)
class Click:
    """A tap on the menu of the survey."""

    survey_id: int
    score: int


def click_of(menu_id: str) -> Click | None:
    match = _CLICK.fullmatch(menu_id)
    return Click(int(match["survey"]), int(match["score"])) if match else None


def menu_of(survey_id: int, scale: int) -> dict:
    """The menu of a survey, best first, as an outbound message carries it. Digits may be typed instead."""
    numbered = [(score, label) for score, label in enumerate(settings.SATISFACTION_LABELS[scale], 1)]
    items = [
        {"id": f"csat_{survey_id}_{score}", "label": f"{score} {label}" if scale == 5 else label} for score, label in reversed(numbered)
    ]
    return {"items": items}


def typed_rating(text: str, scale: int) -> Rating | None:
    """A score that was typed: 「5」, 「４分」, 「三星，还行」, 「满意」. None for anything else, above all for questions.

    Digits count on the scale of five alone: of three labels nobody could say whether 1 means the first or the worst.
    """
    said = text.strip()
    if not said or len(said) > LONGEST_COMMENT or asks_something(said):
        return None
    rating = _labelled(said, scale) or (_numbered(said) if scale == max(_DIGITS.values()) else None)
    return None if rating and asks_for_person(rating.comment) else rating


def is_comment(text: str) -> bool:
    """Whether words that follow a rating are about it: no question, and no wish for a person."""
    said = text.strip()
    return 0 < len(said) <= LONGEST_COMMENT and not asks_something(said)


def asks_something(text: str) -> bool:
    return bool(_ASKS.search(text)) or asks_for_person(text)


def _labelled(said: str, scale: int) -> Rating | None:
    labels = settings.SATISFACTION_LABELS[scale]
    for label in sorted(labels, key=len, reverse=True):
        rest = said.removeprefix(label)
        if rest != said and (not rest or _SEPARATED.match(rest)):
            return Rating(labels.index(label) + 1, _SEPARATED.sub("", rest, count=1).strip())
    return None


def _numbered(said: str) -> Rating | None:
    match = _TYPED.fullmatch(said)
    if match is None:
        return None
    rest = match["rest"]
    separated = _SEPARATED.match(rest)
    if rest and not separated and not match["unit"]:
        return None  # 「3件」 is no rating
    if rest and separated and separated[0].isspace() and not match["unit"]:
        return None
    return Rating(_DIGITS[match["digit"]], _SEPARATED.sub("", rest, count=1).strip() if separated else rest.strip())
