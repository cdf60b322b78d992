"""How content customers were: overall, by week, by who served them, by channel account; of accounts the reader may see."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncWeek
from django.utils import timezone

from conversations.choices import Author
from conversations.models import Satisfaction
from conversations.models.satisfaction import CONTENT
from scrm.core.shares import Share

SHOWN = 50


@dataclass(frozen=True)
class Line:
    """One row of a table: its name, the day its week begins with where it is one, and the share of content customers."""

    name: str
    share: Share
    begins: date | None = None


@dataclass(frozen=True)
class Figures:
    """`asked`: surveys sent; `share`: content customers of those who answered."""

    days: int
    asked: int
    share: Share

    @property
    def answered(self) -> float | None:
        return self.share.cases / self.asked if self.asked else None


def satisfaction_figures(user, days: int, account: int = 0) -> Figures:
    rows = _rows(user, days, account)
    found = rows.aggregate(asked=Count("pk"), rated=Count("pk", filter=RATED), good=Count("pk", filter=CONTENT))
    return Figures(days, found["asked"], Share(found["good"], found["rated"]))


def by_week(user, days: int, account: int = 0) -> list[Line]:
    """Weeks from Monday on, oldest first; a week without ratings is left out."""
    rows = _rated(user, days, account).annotate(week=TruncWeek("rated_at")).values("week")
    counted = rows.annotate(good=Count("pk", filter=CONTENT), cases=Count("pk")).order_by("week")
    return [Line("", Share(row["good"], row["cases"]), timezone.localdate(row["week"])) for row in counted]


def by_person(user, days: int, account: int = 0) -> list[Line]:
    """The bot and each colleague, most rated first. A name of "bot" or "client" (a servicer in the WeCom client) is for the page to say."""
    rows = _rated(user, days, account).values("served_by", "agent", "agent__username", "agent__display_name")
    counted = rows.annotate(good=Count("pk", filter=CONTENT), cases=Count("pk")).order_by("-cases", "agent__username")[:SHOWN]
    return [Line(_who(row), Share(row["good"], row["cases"])) for row in counted]


def by_account(user, days: int, account: int = 0) -> list[Line]:
    rows = _rated(user, days, account).values("conversation__account__name")
    counted = rows.annotate(good=Count("pk", filter=CONTENT), cases=Count("pk")).order_by("-cases", "conversation__account__name")[:SHOWN]
    return [Line(row["conversation__account__name"], Share(row["good"], row["cases"])) for row in counted]


def latest_ratings(user, days: int, account: int = 0) -> QuerySet[Satisfaction]:
    """With comments first where they were said, newest first."""
    rows = _rated(user, days, account).select_related("conversation__identity__customer", "conversation__account", "agent")
    return rows.order_by("-rated_at")[:SHOWN]


RATED = Q(score__isnull=False)


def _rows(user, days: int, account: int) -> QuerySet[Satisfaction]:
    rows = Satisfaction.objects.visible_to(user).filter(asked_at__gte=timezone.now() - timedelta(days=days)).order_by()
    return rows.filter(conversation__account=account) if account else rows


def _rated(user, days: int, account: int) -> QuerySet[Satisfaction]:
    return _rows(user, days, account).filter(RATED)


def _who(row: dict) -> str:
    if row["served_by"] == Author.BOT:
        return "bot"
    return row["agent__display_name"] or row["agent__username"] or "client"
