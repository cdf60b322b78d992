"""What the page of unknown questions shows: who waits, and whether the answer reached the next who asked."""

from django.db.models import Count, F, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from conversations.choices import TurnState
from conversations.models import Citation, Turn
from training.models import UnknownQuestion, UnknownTurn

CUSTOMER = "turns__turn__conversation__identity__customer"
AFTER = Q(turns__turn__created_at__gt=F("answered_at"))


def unknown_list(user, state: str) -> QuerySet[UnknownQuestion]:
    """Of bases the user may use, most customers first, then the most recent. Annotated: customers, asked, last_asked, again, served."""
    served = (
        Citation.objects.filter(
            document=OuterRef("entry__document"), turn__state=TurnState.ANSWERED, turn__created_at__gt=OuterRef("answered_at")
        )
        .order_by()
        .values("document")
        .annotate(number=Count("turn", distinct=True))
        .values("number")
    )
    rows = UnknownQuestion.objects.visible_to(user).filter(state=state).select_related("base", "entry", "closed_by")
    return rows.annotate(
        customers=Count(CUSTOMER, distinct=True),
        asked=Count("turns", distinct=True),
        last_asked=Max("turns__turn__created_at"),
        again=Count("turns", filter=AFTER, distinct=True),
        served=Coalesce(Subquery(served), 0),
    ).order_by("-customers", "-last_asked", "-pk")


def counts(user) -> dict[str, int]:
    """Rows by state."""
    found = UnknownQuestion.objects.visible_to(user).order_by().values_list("state").annotate(number=Count("pk"))
    return dict(found)


def askers(unknown: UnknownQuestion, limit: int) -> QuerySet[UnknownTurn]:
    """The latest turns that ask this, with their conversations."""
    return unknown.turns.select_related("turn__conversation__account")[:limit]


def served_turns(unknown: UnknownQuestion, limit: int) -> QuerySet[Turn]:
    """The latest turns that were answered from the entry since it is there."""
    if unknown.entry is None:
        return Turn.objects.none()
    rows = Turn.objects.filter(citations__document=unknown.entry.document_id, state=TurnState.ANSWERED, created_at__gt=unknown.answered_at)
    return rows.select_related("conversation__account").distinct().order_by("-pk")[:limit]
