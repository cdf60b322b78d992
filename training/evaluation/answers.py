"""Does the bot answer when it can, refuse when it cannot, and quote what answers? Through the product's own path, in a scratch base."""

from argparse import ArgumentParser
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from conversations.bot.pipeline import run
from conversations.types import BotState, Outcome
from knowledge.models import Document
from knowledge.services.documents import document_remove, documents_load
from knowledge.types import Scope
from scrm.core.errors import Invalid
from training.evaluation.rag_sets import Case, cases
from training.evaluation.registry import EVALUATIONS, Evaluation
from training.evaluation.scratch import scratch_base

POSITIVE, NEGATIVE = "资料甲", "资料乙"


@dataclass(frozen=True)
class Judged:
    """One case, asked with all its passages and again with the unanswering ones alone."""

    case: Case
    accurate: bool
    refused: bool
    refused_wrongly: bool
    citations: int
    precise: int


def evaluate(file: Path, limit: int | None, say: Callable[[str], None]) -> dict:
    """Mean figures over the lines of a set.

    accuracy: the answer holds every accepted answer. refusal_rate: refused of the unanswerable. false_refusal_rate: refused of the
    answerable. citation_precision: share of the citations, over all answers with the positives present, that quote a positive.
    """
    judged: list[Judged] = []
    for case in cases(file, limit):
        judged.append(judge(case))
        say(f"{len(judged)}: {case.query}")
    if not judged:
        raise Invalid(_("The set holds no questions."))
    return summary(judged)


def summary(judged: list[Judged]) -> dict:
    count = len(judged)
    cited = sum(one.citations for one in judged)
    return {
        "accuracy": round(sum(one.accurate for one in judged) / count, 4),
        "refusal_rate": round(sum(one.refused for one in judged) / count, 4),
        "false_refusal_rate": round(sum(one.refused_wrongly for one in judged) / count, 4),
        "citation_precision": round(sum(one.precise for one in judged) / cited, 4) if cited else 0.0,
        "questions": count,
    }


def judge(case: Case) -> Judged:
    """Passages are loaded and embedded once; between the two askings the positives are removed, as a manager would."""
    with scratch_base() as base:
        documents_load(actor=None, base=base, documents=_documents(case))
        scope = Scope((base.pk,))
        answerable = run(case.query, scope)
        for document in Document.objects.filter(base=base, name__startswith=POSITIVE):
            document_remove(actor=None, document=document)
        unanswerable = run(case.query, scope)
    return _judged(case, answerable, unanswerable)


def _judged(case: Case, answerable: BotState, unanswerable: BotState) -> Judged:
    quotes = () if is_refused(answerable) else answerable.quotes
    return Judged(
        case=case,
        accurate=not is_refused(answerable) and case.is_answered_by(answerable.answer),
        refused=is_refused(unanswerable),
        refused_wrongly=is_refused(answerable),
        citations=len(quotes),
        precise=sum(quote.hit.title.startswith(POSITIVE) for quote in quotes),
    )


def is_refused(state: BotState) -> bool:
    """An answer that waits for review is an answer: the risk rules are not what is measured."""
    return state.outcome in (Outcome.REFUSE, Outcome.HAND_OVER)


def _documents(case: Case) -> list[tuple[str, str, str]]:
    groups = ((POSITIVE, case.positive), (NEGATIVE, case.negative))
    return [(f"{name}{number}", f"{name}{number}", text) for name, texts in groups for number, text in enumerate(texts, 1)]


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--set", required=True, type=Path, metavar="FILE", help="Lines of query, answers, positive, negative.")
    parser.add_argument("--limit", type=int, metavar="N", help="The first N lines only.")


EVALUATIONS.register(
    "answers",
    Evaluation(
        help="Answers and refusals with passages that answer and passages that do not.",
        arguments=_arguments,
        run=lambda options, say: evaluate(options["set"], options["limit"], say),
    ),
)
