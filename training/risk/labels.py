"""Which answers needed a person and which did not, from what people did with them."""

from dataclasses import dataclass

from django.db.models import F, Q

from conversations.choices import ReviewState, TurnState
from conversations.models import ReviewTask, Turn
from knowledge.retrieval.likeness import same_key
from training.datasets.types import digest
from training.models import AnnotationTask, Feedback, LearningObjection
from training.promotion.shares import falls_on

NEWEST = 20_000  # of each source
LEAST, LEAST_EACH = 80, 25  # labels from which a classifier is learned, and of either kind
HELD_OUT = 0.3  # share of the questions that measure, for ever
Error = AnnotationTask.Error
WRONG = (Error.READING, Error.OUTDATED, Error.TONE)


@dataclass(frozen=True)
class RiskLabel:
    """Masked texts. `measures`: held out by its question, so that no wording of it trains."""

    question: str
    answer: str
    risky: bool

    @property
    def measures(self) -> bool:
        return falls_on(HELD_OUT, "risk", same_key(self.question))

    @property
    def key(self) -> str:
        return digest(self.question, self.answer, self.risky)


def risk_labels() -> list[RiskLabel]:
    """Each question and answer once, in a stable order; where sources differ it needed a person.

    Needed one: changed or rejected in review, or annotated as misread, outdated or in a wrong tone. Did not: approved as it was, annotated
    as right, or called solved by the customer. That an answer solved nothing says nothing of its risk. Nothing of customers who object.
    """
    found: dict[tuple[str, str], bool] = {}
    for question, answer, risky in (*_reviewed(), *_annotated(), *_solved()):
        if question.strip() and answer.strip():
            found[question, answer] = found.get((question, answer), False) or risky
    return [RiskLabel(*texts, risky) for texts, risky in sorted(found.items())]


def _reviewed() -> list[tuple[str, str, bool]]:
    rows = ReviewTask.objects.filter(state__in=(ReviewState.APPROVED, ReviewState.REJECTED)).exclude(_objecting("turn__"))
    kept = Q(state=ReviewState.APPROVED) & (Q(final="") | Q(final=F("draft")))
    unchanged = set(rows.filter(kept).values_list("pk", flat=True))
    facts = rows.order_by("-pk").values_list("pk", "turn__question", "draft")[:NEWEST]
    return [(question, draft, pk not in unchanged) for pk, question, draft in facts]


def _annotated() -> list[tuple[str, str, bool]]:
    rows = AnnotationTask.objects.filter(state=AnnotationTask.State.DONE, error__in=(*WRONG, Error.NONE)).exclude(_objecting("turn__"))
    facts = rows.order_by("-pk").values_list("question", "answer", "error")[:NEWEST]
    return [(question, answer, error != Error.NONE) for question, answer, error in facts]


def _solved() -> list[tuple[str, str, bool]]:
    solved = Feedback.objects.filter(value=Feedback.Value.SOLVED).values("turn")
    rows = Turn.objects.filter(pk__in=solved, state=TurnState.ANSWERED).exclude(_objecting(""))
    return [(question, answer, False) for question, answer in rows.order_by("-pk").values_list("question", "answer")[:NEWEST]]


def _objecting(path: str) -> Q:
    customer = f"{path}conversation__identity__customer"
    return Q(**{f"{customer}__in": LearningObjection.objects.values("customer"), f"{customer}__isnull": False})
