"""What was said of answers, for the page: by document and by agent, and the latest words."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from conversations.choices import Author
from conversations.models import Citation, Conversation, Message
from knowledge.models import Document
from training.models import AnswerRating, Feedback, FollowUp, SourceOpening

ROWS = 50


@dataclass(frozen=True)
class Period:
    """The last `days` days; `base`: an id, 0 for all that the reader may use."""

    days: int = 30
    base: int = 0

    @property
    def since(self):
        return timezone.now() - timedelta(days=self.days)


def of_base(rows: QuerySet, period: Period, path: str) -> QuerySet:
    """Those of the period's base, all when it names none. path: from a row to its base or bases."""
    return rows.filter(**{path: period.base}) if period.base else rows


def customers_said(user, period: Period) -> QuerySet[Feedback]:
    """Words of customers whose conversations this user may see, newest first."""
    rows = Feedback.objects.filter(turn__conversation__in=Conversation.objects.visible_to(user), updated_at__gte=period.since)
    rows = of_base(rows, period, "turn__conversation__account__bases")
    return rows.select_related("turn__conversation__account").order_by("-updated_at")


def colleagues_said(bases, period: Period) -> QuerySet[AnswerRating]:
    """Ratings of answers from these bases alone, newest first."""
    elsewhere = AnswerRating.objects.exclude(question__bases__in=bases).values("pk")
    rows = AnswerRating.objects.filter(updated_at__gte=period.since, question__bases__in=bases).exclude(pk__in=elsewhere)
    rows = of_base(rows, period, "question__bases")
    return rows.select_related("question", "author").distinct().order_by("-updated_at")


def followed_up(user, period: Period) -> QuerySet[FollowUp]:
    """Answers after which the customer asked again or needed a person, newest first."""
    rows = FollowUp.objects.filter(turn__conversation__in=Conversation.objects.visible_to(user), created_at__gte=period.since)
    return of_base(rows, period, "turn__conversation__account__bases").select_related("turn").order_by("-created_at", "-pk")


def openings(user, bases, period: Period) -> QuerySet[SourceOpening]:
    """Sources that were opened below answers, of documents that this user may read."""
    rows = SourceOpening.objects.filter(
        created_at__gte=period.since, document__in=Document.objects.readable_by(user).filter(base__in=bases)
    )
    return of_base(rows, period, "document__base")


def by_document(user, period: Period):
    """Documents that answers were taken from, most unsolved first: {"document_id", "title", "solved", "unsolved"}."""
    turns = customers_said(user, period).order_by().values("turn")
    rows = Citation.objects.filter(turn__in=turns, document__isnull=False).order_by().values("document_id", name=F("document__name"))
    unsolved = Q(turn__feedback__value=Feedback.Value.UNSOLVED)
    return rows.annotate(
        unsolved=Count("turn", filter=unsolved, distinct=True), solved=Count("turn", filter=~unsolved, distinct=True)
    ).order_by("-unsolved", "-solved", "name")[:ROWS]


def opened(user, bases, period: Period):
    """Documents that were opened from below answers, most often first: {"document_id", "name", "times", "people"}."""
    rows = openings(user, bases, period)
    facts = {"times": Count("pk"), "people": Count("author", distinct=True)}
    return rows.order_by().values("document_id", name=F("document__name")).annotate(**facts).order_by("-times", "name")[:ROWS]


def by_agent(user, period: Period):
    """Colleagues who wrote in conversations that were rated: {"name", "solved", "unsolved"}."""
    rated = customers_said(user, period).order_by().values("turn__conversation")
    rows = Message.objects.filter(conversation__in=rated, author=Author.AGENT, user__isnull=False).order_by()
    unsolved = Q(conversation__turns__feedback__value=Feedback.Value.UNSOLVED)
    solved = Q(conversation__turns__feedback__value=Feedback.Value.SOLVED)
    return (
        rows.values(name=F("user__username"))
        .annotate(
            unsolved=Count("conversation__turns", filter=unsolved, distinct=True),
            solved=Count("conversation__turns", filter=solved, distinct=True),
        )
        .order_by("-unsolved", "name")[:ROWS]
    )
