"""Does the bot answer when it can, refuse when it cannot, and quote what answers? Through the product's own path, in a scratch base."""

from argparse import ArgumentParser
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from conversations.bot.pipeline import run
from conversations.bot.steps.answer import EXTRACTIVE
from conversations.bot.support import supports
from conversations.types import BotState, Outcome
from knowledge.models import Document, KnowledgeBase
from knowledge.services.documents import document_remove, documents_load
from knowledge.types import Scope
from scrm.ai.chat import chat_configured
from scrm.core.errors import Invalid
from training.evaluation.answer_curve import Margin, curve, margin_of
from training.evaluation.answer_writers import WRITERS, writing
from training.evaluation.metrics import wilson
from training.evaluation.rag_sets import Case, cases
from training.evaluation.registry import EVALUATIONS, Evaluation
from training.evaluation.scratch import scratch_base

POSITIVE, NEGATIVE, WRONG = "资料甲", "资料乙", "资料丙"


@dataclass(frozen=True)
class Judged:
    """One case, asked with all its passages, again with the unanswering ones alone, and with wrong ones besides where the set has them.

    `sentences`: those that went out in the first two askings; `unsupported`: of them, without a passage that says them; `cut`: taken out
    by the check. `torn`: what became of contradicting passages: "right", "fake", "both", "refused", or "" for a set without.
    """

    case: Case
    accurate: bool
    refused: bool
    refused_wrongly: bool
    citations: int
    precise: int
    sentences: int
    unsupported: int
    cut: int
    margin: Margin
    margin_without: Margin
    torn: str = ""
    fell_back: bool = False


def evaluate(file: Path, limit: int | None, say: Callable[[str], None], *, writer: str = "", with_curve: bool = False) -> dict:
    """Mean figures over the lines of a set, each share with its 95 % interval (Wilson).

    accuracy: the answer holds every accepted answer. refusal_rate: refused of the unanswerable. false_refusal_rate: refused of the
    answerable. citation_precision: share of the citations, over all answers with the positives present, that quote a positive.
    unsupported_sentence_rate: share of the sentences that went out which no passage of the case says. curve: see answer_curve.
    """
    judged: list[Judged] = []
    with writing(writer):
        by_endpoint = chat_configured()
        for case in cases(file, limit):
            judged.append(judge(case))
            say(f"{len(judged)}: {case.query}")
    if not judged:
        raise Invalid(_("The set holds no questions."))
    found = _of_endpoint(judged) if by_endpoint else summary(judged)
    return found | {"curve": curve([(one.margin, one.margin_without) for one in judged])} if with_curve else found


def _of_endpoint(judged: list[Judged]) -> dict:
    """Figures of the questions that the endpoint answered both times; quotes in its place would measure the quotes.

    fallback_rate: share of the questions with such a quote. Raises Invalid when all are.
    """
    own = [one for one in judged if not one.fell_back]
    if not own:
        raise Invalid(_("The endpoint answered none of the questions in time, so nothing is measured."))
    return summary(own) | {"asked": len(judged), "fallback_rate": round(1 - len(own) / len(judged), 4)}


def summary(judged: list[Judged]) -> dict:
    count, sentences = len(judged), sum(one.sentences for one in judged)
    shares = {
        "accuracy": (sum(one.accurate for one in judged), count),
        "refusal_rate": (sum(one.refused for one in judged), count),
        "false_refusal_rate": (sum(one.refused_wrongly for one in judged), count),
        "citation_precision": (sum(one.precise for one in judged), sum(one.citations for one in judged)),
        "unsupported_sentence_rate": (sum(one.unsupported for one in judged), sentences),
        "cut_sentence_rate": (sum(one.cut for one in judged), sentences + sum(one.cut for one in judged)),
    }
    torn = [one.torn for one in judged if one.torn]
    for became in ("right", "both", "fake", "refused"):
        shares |= {f"contradicted_{became}_rate": (torn.count(became), len(torn))} if torn else {}
    figures = {name: round(part / whole, 4) if whole else 0.0 for name, (part, whole) in shares.items()}
    intervals = {name: [round(bound, 4) for bound in wilson(part, whole)] for name, (part, whole) in shares.items()}
    return figures | {"questions": count, "sentences": sentences, "intervals": intervals}


def judge(case: Case) -> Judged:
    """Passages are loaded and embedded once; between the two askings the positives are removed, as a manager would."""
    with scratch_base() as base:
        scope = Scope((base.pk,))
        documents_load(actor=None, base=base, documents=_documents((POSITIVE, case.positive), (NEGATIVE, case.negative)))
        answerable = run(case.query, scope)
        torn = _torn(case, base, scope) if case.wrong else ""
        _remove(base, POSITIVE)
        unanswerable = run(case.query, scope)
    return _judged(case, answerable, unanswerable, torn)


def _torn(case: Case, base: KnowledgeBase, scope: Scope) -> str:
    """Asked once more with passages that contradict the positives; they are gone afterwards."""
    documents_load(actor=None, base=base, documents=_documents((WRONG, case.wrong)))
    state = run(case.query, scope)
    _remove(base, WRONG)
    if is_refused(state):
        return "refused"
    right, fake = case.is_answered_by(state.answer), bool(case.fake) and case.fake in state.answer
    return "both" if right and fake else "right" if right else "fake" if fake else "other"


def _remove(base: KnowledgeBase, name: str) -> None:
    for document in Document.objects.filter(base=base, name__startswith=name):
        document_remove(actor=None, document=document)


def _judged(case: Case, answerable: BotState, unanswerable: BotState, torn: str) -> Judged:
    quotes = () if is_refused(answerable) else answerable.quotes
    said = [sentence for state in (answerable, unanswerable) for sentence in _said(state)]
    passages = (*case.positive, *case.negative)
    return Judged(
        case=case,
        accurate=not is_refused(answerable) and case.is_answered_by(answerable.answer),
        refused=is_refused(unanswerable),
        refused_wrongly=is_refused(answerable),
        citations=len(quotes),
        precise=sum(quote.hit.title.startswith(POSITIVE) for quote in quotes),
        sentences=len(said),
        unsupported=sum(not _is_said(sentence, passages) for sentence in said),
        cut=sum(not verdict.supported for state in (answerable, unanswerable) for verdict in state.sentences),
        margin=margin_of(answerable, case),
        margin_without=margin_of(unanswerable, case),
        torn=torn,
        fell_back=any(state.writer == EXTRACTIVE for state in (answerable, unanswerable)),
    )


def _said(state: BotState) -> list[str]:
    """The sentences a customer would read; a quoted answer's are its quotes."""
    if is_refused(state):
        return []
    if state.writer == EXTRACTIVE:
        return [quote.text for quote in state.quotes]
    return [verdict.text for verdict in state.sentences if verdict.supported]


def _is_said(sentence: str, passages: Iterable[str]) -> bool:
    """Word for word in a passage, else as the check judges support, but held against whole passages of the set."""
    return any(sentence in passage or supports(passage, sentence) for passage in passages)


def is_refused(state: BotState) -> bool:
    """An answer that waits for review is an answer: the risk rules are not what is measured."""
    return state.outcome in (Outcome.REFUSE, Outcome.HAND_OVER)


def _documents(*groups: tuple[str, tuple[str, ...]]) -> list[tuple[str, str, str]]:
    return [(f"{name}{number}", f"{name}{number}", text) for name, texts in groups for number, text in enumerate(texts, 1)]


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--set", required=True, type=Path, metavar="FILE", help="Lines of query, answers, positive, negative.")
    parser.add_argument("--limit", type=int, metavar="N", help="The first N lines only.")
    parser.add_argument("--writer", default="", choices=WRITERS, help="Who writes: what is configured, only quotes, or the local model.")
    parser.add_argument("--curve", action="store_true", help="Refusals and accuracy over the whole range of the threshold.")


EVALUATIONS.register(
    "answers",
    Evaluation(
        help="Answers and refusals with passages that answer and passages that do not.",
        arguments=_arguments,
        run=lambda options, say: evaluate(
            options["set"], options["limit"], say, writer=options.get("writer") or "", with_curve=options.get("curve", False)
        ),
    ),
)
