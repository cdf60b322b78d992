"""How well search finds: a labelled set, loaded through the product's own path and asked through the one door."""

import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from knowledge.models import Chunk, KnowledgeBase
from knowledge.retrieval import search
from knowledge.retrieval.indexes import index_ensure
from knowledge.retrieval.refresh import impacts_refresh
from knowledge.retrieval.search import RECALL
from knowledge.services.documents import documents_load
from knowledge.types import Scope
from scrm.ai.selectors import active_release
from training.evaluation import metrics, retrieval_sets
from training.evaluation.registry import EVALUATIONS, Evaluation
from training.evaluation.retrieval_sets import Question
from training.evaluation.scratch import scratch_base

MODES = ("hybrid", "vector", "lexical")
DOCUMENTS = 10
PASSAGES = 3 * DOCUMENTS  # a document may hold several of the best passages

Say = Callable[[str], None]


@dataclass(frozen=True)
class Asked:
    """One question: documents found, best first, and what the search took."""

    question: Question
    ranked: tuple[str, ...]
    milliseconds: float


def evaluate(folder: Path, modes: Iterable[str], say: Say, *, keep: bool = False) -> dict[str, dict]:
    """Figures of each mode over the set, which is loaded once. Raises Invalid when the set is not readable."""
    questions = retrieval_sets.questions(folder)
    with scratch_base(keep=keep) as base:
        started = time.perf_counter()
        count = load(base, retrieval_sets.documents(folder), say)
        rate = count / (time.perf_counter() - started)
        names = dict(Chunk.objects.filter(version__base=base).values_list("pk", "version__document__name"))
        asked = {mode: ask(base, questions, mode, names, say) for mode in modes}
        return {mode: figures(rows, count, rate) for mode, rows in asked.items()} | compared(asked)


def compared(asked: dict[str, list[Asked]]) -> dict[str, dict]:
    """What hybrid gains over the better of its halves in nDCG@10, with the 95 % interval of the paired bootstrap; {} without all three."""
    if set(asked) != set(MODES):
        return {}
    each = {mode: [metrics.ndcg(one.ranked, one.question.gains, 10) for one in rows] for mode, rows in asked.items()}
    better = max(("vector", "lexical"), key=lambda mode: sum(each[mode]))
    difference = (sum(each["hybrid"]) - sum(each[better])) / len(each["hybrid"])
    low, high = metrics.paired_interval(each["hybrid"], each[better])
    return {"gain": {"over": better, "ndcg@10": round(difference, 4), "interval": [round(low, 4), round(high, 4)]}}


def load(base: KnowledgeBase, documents: Iterable[tuple[str, str, str]], say: Say) -> int:
    """Publish the documents and bring the index into its settled state; how many there are."""
    began = time.perf_counter()
    done = 0

    def progress(number: int) -> None:
        nonlocal done
        done = number
        say(f"{done} documents, {done / (time.perf_counter() - began):.1f}/s")

    documents_load(actor=None, base=base, documents=documents, progress=progress)
    impacts_refresh(base.pk)
    index_ensure(active_release().passage_encoder)
    return done


def ask(base: KnowledgeBase, questions: list[Question], mode: str, names: dict[int, str], say: Say) -> list[Asked]:
    scope = Scope((base.pk,))
    search(questions[0].text, scope, mode=mode)  # models and dictionary are loaded outside the figures
    asked = []
    for number, question in enumerate(questions, 1):
        asked.append(_ask(question, scope, mode, names))
        if number % 500 == 0:
            say(f"{mode}: {number} of {len(questions)} questions")
    return asked


def figures(asked: list[Asked], documents: int, index_rate: float) -> dict:
    """Means over the questions; milliseconds of a whole search, encoding included."""

    def mean(measure: Callable[[Asked], float]) -> float:
        return round(sum(map(measure, asked)) / len(asked), 4)

    spent = [one.milliseconds for one in asked]
    return {
        "ndcg@10": mean(lambda one: metrics.ndcg(one.ranked, one.question.gains, 10)),
        "recall@5": mean(lambda one: metrics.recall(one.ranked, one.question.gains, 5)),
        "recall@10": mean(lambda one: metrics.recall(one.ranked, one.question.gains, 10)),
        "mrr@10": mean(lambda one: metrics.reciprocal_rank(one.ranked, one.question.gains, 10)),
        "queries": len(asked),
        "documents": documents,
        "index_docs_per_s": round(index_rate, 2),
        "p50_ms": round(metrics.percentile(spent, 0.5), 2),
        "p95_ms": round(metrics.percentile(spent, 0.95), 2),
    }


def _ask(question: Question, scope: Scope, mode: str, names: dict[int, str]) -> Asked:
    """A document counts once, at its best passage; when too few documents remain, everything recalled is looked through."""
    for limit in (PASSAGES, 2 * RECALL):
        result = search(question.text, scope, limit=limit, mode=mode, threshold=0.0)
        # A passage that stands in several documents is one hit that names them all.
        ranked = tuple(dict.fromkeys(names[chunk] for hit in result.hits for chunk in (hit.chunk_id, *hit.same)))
        if len(ranked) >= DOCUMENTS or len(result.hits) < limit:
            break
    return Asked(question, ranked, result.timings_ms["total"])


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--set", required=True, type=Path, metavar="DIR", help="Folder of corpus.jsonl, queries.jsonl, qrels.tsv.")
    parser.add_argument("--mode", choices=(*MODES, "all"), default="hybrid", help="all: one result a mode, by its name.")
    parser.add_argument("--keep", action="store_true", help="Keep the knowledge base afterwards.")


def _run(options: dict, say: Say) -> dict:
    modes = MODES if options["mode"] == "all" else (options["mode"],)
    result = evaluate(options["set"], modes, say, keep=options["keep"])
    return result if options["mode"] == "all" else result[options["mode"]]


EVALUATIONS.register("retrieval", Evaluation(help="Ranking figures over a labelled set.", arguments=_arguments, run=_run))
