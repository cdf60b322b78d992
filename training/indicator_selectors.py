"""Online figures of each release, whole and by slice: what became of real turns. Only conversations that the reader may see count."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Aggregate, Case, CharField, Count, F, FloatField, Func, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Length, TruncDate
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from conversations.choices import TurnState
from conversations.models import Citation, ReviewTask, Turn
from scrm.ai.choices import Purpose, ReleaseState
from scrm.ai.models import ModelRelease
from scrm.core.shares import Share
from training.models import Feedback, TrainingRun
from training.services.promotion import ENDED, GIVEN_UP, rollback_target

DAYS = (7, 30, 90)
LONG = 15  # characters of a question
SLICES = {
    "": _("whole"),
    "account": _("by channel account"),
    "base": _("by knowledge base"),
    "topic": _("by risk topic"),
    "asked": _("asked often or once"),
    "length": _("by length of the question"),
    "writer": _("by writer"),
}
_ORDER = ("active", "trial", "before", "")
_SAID = Q(feedback__value=Feedback.Value.SOLVED), Q(feedback__value=Feedback.Value.UNSOLVED)


@dataclass(frozen=True)
class Line:
    """One release, or one slice of it. `role`: active, trial, before (the one a roll-back leads to) or "".

    Seconds from the customer's message to the bot's answer: half, and 95 of 100, were faster."""

    release: str
    role: str
    slice: str
    turns: int
    solved: Share
    disliked: Share
    handed_over: Share
    refused: Share
    half_s: float | None
    most_s: float | None


class Percentile(Aggregate):
    """percentile_cont of Postgres; extra: `share` 0-1."""

    function, template = "percentile_cont", "%(function)s(%(share)s) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()
    allow_distinct = False


class Seconds(Func):
    """An interval as seconds."""

    function, template = "date_part", "%(function)s('epoch', %(expressions)s)"
    output_field = FloatField()


_SLICE = {
    "": Value("", output_field=CharField()),
    "account": F("conversation__account__name"),
    "length": Case(When(Q(_chars__gt=LONG), then=Value("long")), default=Value("short"), output_field=CharField()),
    "writer": F("writer"),
    "base": Subquery(Citation.objects.filter(turn=OuterRef("pk")).order_by("number").values("document__base__name")[:1]),
    "topic": Subquery(
        ReviewTask.objects.filter(turn=OuterRef("pk")).order_by("pk").values(first=KeyTextTransform("0", "topics"))[:1],
        output_field=CharField(),
    ),
}


def lines(user, *, days: int, by: str = "", account: int = 0) -> list[Line]:
    """The release in use first, then the others, newest first; `by`: a key of SLICES."""
    turns = _turns(user, days, account)
    rows = turns.annotate(slice=_often(turns) if by == "asked" else _SLICE[by]).values("release_id", "slice")
    wait = Seconds(F("ended_at") - F("trigger__created_at"))
    counted = rows.annotate(
        turns=Count("pk"), handed=Count("pk", filter=Q(state=TurnState.HANDED_OVER)), given_up=Count("pk", filter=Q(state=TurnState.REFUSED)),
        half=Percentile(wait, share=0.5), most=Percentile(wait, share=0.95),
    ).order_by()  # fmt: skip
    said = {
        (row["release_id"], row["slice"]): row
        for row in rows.annotate(solved=Count("feedback", filter=_SAID[0]), unsolved=Count("feedback", filter=_SAID[1])).order_by()
    }
    names = {release.pk: release for release in ModelRelease.objects.all()}
    roles = _roles(names)
    found = [_line(row, said.get((row["release_id"], row["slice"]), {}), names, roles) for row in counted]
    return sorted(found, key=lambda line: (_ORDER.index(line.role), line.release, -line.turns))


def _often(turns: QuerySet[Turn]) -> Case:
    """often: the question came more than once among these turns, word for word; once."""
    repeated = turns.order_by().values("question").annotate(n=Count("pk")).filter(n__gt=1).values("question")
    return Case(When(question__in=Subquery(repeated), then=Value("often")), default=Value("once"), output_field=CharField())


def _roles(releases: Mapping[int, ModelRelease]) -> dict[int, str]:
    """Which release is in use, on trial, and would come back by a roll-back."""
    active = next((each for each in releases.values() if each.purpose == Purpose.EMBEDDING and each.state == ReleaseState.ACTIVE), None)
    before = rollback_target(active) if active else None
    trial = TrainingRun.objects.filter(state=TrainingRun.State.CANARY).values_list("release_id", flat=True).first()
    return {row.pk: role for row, role in ((before, "before"), (active, "active")) if row} | ({trial: "trial"} if trial else {})


def daily(user, *, days: int, account: int = 0) -> list[tuple[object, Share, Share]]:
    """(day, refused or handed over, called not solved) of each day with turns."""
    rows = _turns(user, days, account).annotate(day=TruncDate("created_at")).values("day").order_by("day")
    given_up = Q(state__in=GIVEN_UP)
    counted = {row["day"]: Share(row["bad"], row["n"]) for row in rows.annotate(n=Count("pk"), bad=Count("pk", filter=given_up))}
    said = rows.annotate(n=Count("feedback", filter=_SAID[0] | _SAID[1]), bad=Count("feedback", filter=_SAID[1]))
    words = {row["day"]: Share(row["bad"], row["n"]) for row in said}
    return [(day, rate, words.get(day, Share(0, 0))) for day, rate in counted.items()]


def _turns(user, days: int, account: int) -> QuerySet[Turn]:
    rows = (
        Turn.objects.visible_to(user)
        .filter(created_at__gte=timezone.now() - timedelta(days=days), state__in=ENDED)
        .exclude(question="")
        .annotate(_chars=Length("question"))
    )
    return rows.filter(conversation__account=account) if account else rows


def _line(row: Mapping, said: Mapping, names: Mapping[int, ModelRelease], roles: Mapping[int, str]) -> Line:
    release = names.get(row["release_id"])
    solved, unsolved = said.get("solved", 0), said.get("unsolved", 0)
    return Line(
        release.name if release else "–", roles.get(row["release_id"], ""), str(row["slice"] or "–") if row["slice"] != "" else "",
        row["turns"], Share(solved, solved + unsolved), Share(unsolved, solved + unsolved), Share(row["handed"], row["turns"]),
        Share(row["given_up"], row["turns"]), row["half"], row["most"],
    )  # fmt: skip
