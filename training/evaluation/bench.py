"""Speed, always beside what a user would otherwise run, on the same texts in the same run."""

import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path
from statistics import median

from django.utils.translation import gettext_lazy as _

from conversations.services.bench import bench_reply
from knowledge.models import Chunk, KnowledgeBase
from knowledge.retrieval import search, terms
from knowledge.retrieval.indexes import index_ensure
from knowledge.retrieval.refresh import impacts_refresh
from knowledge.services.documents import documents_load
from knowledge.text import index_text
from knowledge.types import Scope
from scrm.ai.bench import STOCK_BATCH, compare_encode, stock_model
from scrm.ai.encoders import load
from scrm.ai.models import Encoder
from scrm.ai.selectors import active_release
from scrm.core.errors import Invalid, NotFound
from scrm.core.registry import Registry
from training.bandit import simulation as bandit
from training.evaluation import retrieval_sets, sample_texts, trainer, turns
from training.evaluation.embedding import bench_reply_while_embedding
from training.evaluation.importing import bench as importing
from training.evaluation.importing.replies import bench_reply_while_importing
from training.evaluation.metrics import percentile
from training.evaluation.outage import bench as outage
from training.evaluation.peers import bench as peers
from training.evaluation.registry import Evaluation
from training.evaluation.scale import bench as scale
from training.evaluation.scratch import scratch_base
from training.promotion import watching

BENCHES: Registry[Evaluation] = Registry("benchmarks")
GROUP = 500  # documents loaded between two looks at the number of chunks
TURN = 128  # documents indexed before stock encoding has its turn on their chunks: what else the machine does hits both alike

Say = Callable[[str], None]


def bench_encode(options: dict, say: Say) -> dict:
    """Passages and queries a second, served and stock."""
    return compare_encode([text for _name, _title, text in _documents(options["set"], options["chunks"])])


def bench_index(options: dict, say: Say) -> dict:
    """Chunks a second from text to published (chunk, embed, words, vectors, publish) against `SentenceTransformer.encode` alone."""
    encoder = active_release().passage_encoder
    stock = stock_model(encoder)
    load(encoder)  # neither side's loading of models is counted
    terms.warm()
    chunks, indexing, alone = 0, 0.0, 0.0
    rows = iter(_documents(options["set"], options["chunks"]))
    with scratch_base() as base:
        while chunks < options["chunks"] and (group := list(islice(rows, TURN))):
            started = time.perf_counter()
            chunks += documents_load(actor=None, base=base, documents=group).chunks
            indexing += time.perf_counter() - started
            texts = [encoder.passage_prefix + text for text in _embedded_texts(base, {name for name, _title, _text in group})]
            started = time.perf_counter()
            stock.encode(texts, batch_size=STOCK_BATCH, show_progress_bar=False)
            alone += time.perf_counter() - started
            say(f"{chunks} chunks: indexed in {indexing:.1f} s, encoded by stock sentence-transformers in {alone:.1f} s")
    return {
        "chunks": chunks,
        "index_chunks_per_s": round(chunks / indexing, 2),
        "stock_encode_chunks_per_s": round(chunks / alone, 2),
        "ratio": round(alone / indexing, 2),
    }


def bench_search(options: dict, say: Say) -> dict:
    """Milliseconds of a whole search against encoding the same query with stock sentence-transformers, asked in turn."""
    encoder = active_release().query_encoder
    stock = stock_model(encoder)
    if options["base"]:
        return _search_figures(_base(options["base"]), options, encoder, stock)
    with scratch_base() as base:
        _load(base, _documents(options["set"], options["chunks"]), options["chunks"], say)
        impacts_refresh(base.pk)
        index_ensure(active_release().passage_encoder)
        return _search_figures(base, options, encoder, stock)


def _search_figures(base: KnowledgeBase, options: dict, encoder: Encoder, stock) -> dict:
    base.refresh_from_db()
    scope = Scope((base.pk,))
    asked = _questions(options["set"], options["queries"])
    encoding, searches = [], []
    for number, text in enumerate([*asked[:5], *asked]):  # the first five are not counted
        started = time.perf_counter()
        stock.encode(encoder.query_prefix + text, show_progress_bar=False)
        spent = (time.perf_counter() - started) * 1000
        timings = search(text, scope).timings_ms
        if number >= 5:
            encoding.append(spent)
            searches.append(timings)
    totals = [timings["total"] for timings in searches]
    return {
        "chunks": base.live_chunks,
        "queries": len(asked),
        "stock_encode_p50_ms": round(median(encoding), 2),
        "search_p50_ms": round(median(totals), 2),
        "search_p95_ms": round(percentile(totals, 0.95), 2),
        "ratio": round(median(totals) / median(encoding), 2),
        "stages_p50_ms": {stage: round(median(timings[stage] for timings in searches), 2) for stage in searches[0]},
    }


def _load(base: KnowledgeBase, documents: Iterable[tuple[str, str, str]], chunks: int, say: Say) -> int:
    """Publish documents until the base holds so many chunks; how many it holds."""
    rows, loaded = iter(documents), 0
    while loaded < chunks and (group := list(islice(rows, min(GROUP, chunks - loaded)))):
        loaded += documents_load(actor=None, base=base, documents=group).chunks
        say(f"{loaded} chunks")
    return loaded


def _embedded_texts(base: KnowledgeBase, names: set[str]) -> list[str]:
    chunks = Chunk.objects.filter(version__base=base, version__document__name__in=names).select_related("version__document").order_by("pk")
    return [index_text(chunk.version.document.title, chunk.heading_path, chunk.text) for chunk in chunks]


def _documents(folder: Path | None, number: int) -> Iterable[tuple[str, str, str]]:
    return islice(retrieval_sets.documents(folder), number) if folder else sample_texts.passages(number)


def _questions(folder: Path | None, number: int) -> list[str]:
    if folder is None:
        return sample_texts.questions(number)
    return [question.text for question in retrieval_sets.questions(folder)[:number]]


def _base(name: str) -> KnowledgeBase:
    base = KnowledgeBase.objects.filter(name=name).first()
    if base is None:
        raise NotFound(_("There is no knowledge base “%(name)s”.") % {"name": name})
    if not base.live_chunks:
        raise Invalid(_("The knowledge base is empty."))
    return base


def _text_arguments(chunks: int) -> Callable[[ArgumentParser], None]:
    def add(parser: ArgumentParser) -> None:
        parser.add_argument("--set", type=Path, metavar="DIR", help="Texts of a retrieval set; otherwise generated ones.")
        parser.add_argument("--chunks", type=int, default=chunks, metavar="N")

    return add


def _search_arguments(parser: ArgumentParser) -> None:
    _text_arguments(10_000)(parser)
    parser.add_argument("--queries", type=int, default=200, metavar="N")
    parser.add_argument("--base", metavar="NAME", help="Search this knowledge base instead of loading one.")


BENCHES.register("encode", Evaluation("The encoder against stock sentence-transformers.", _text_arguments(200), bench_encode))
BENCHES.register("index", Evaluation("Indexing against stock encoding alone.", _text_arguments(500), bench_index))
BENCHES.register("search", Evaluation("Searching against stock encoding of the query alone.", _search_arguments, bench_search))
BENCHES.register("retrieval", Evaluation("Search beside what one would otherwise pick.", peers.arguments, peers.bench_retrieval))
BENCHES.register(
    "ingest", Evaluation("Reading and importing files, beside parser and encoder alone.", importing.arguments, importing.bench_ingest)
)
BENCHES.register(
    "control", Evaluation("Releases sent back by chance, and how soon bad ones are.", watching.arguments, watching.bench_control)
)
BENCHES.register(
    "bandit", Evaluation("Simulated customers with a known best arm: regret and coverage.", bandit.arguments, bandit.bench_bandit)
)
BENCHES.register("train", Evaluation("A step of both towers beside a bare trainer.", trainer.arguments, trainer.bench_train))
BENCHES.register("turn", Evaluation("Steps of a turn beside generation, and hits of the answer cache.", turns.arguments, turns.bench_turn))
BENCHES.register(
    "outage", Evaluation("Customers while the language model fails, by kind of failure.", outage.arguments, outage.bench_outage)
)
BENCHES.register("scale", Evaluation("Times, recall and sizes as the number of passages grows.", scale.arguments, scale.bench_scale))


def _reply_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--messages", type=int, default=200, metavar="N")
    parser.add_argument("--concurrency", type=int, default=20, metavar="C", help="Customers who write at once.")
    parser.add_argument("--base", default="", metavar="NAME", help="Ask this knowledge base its own questions (default: the demo shop's).")
    parser.add_argument("--kill-workers", type=int, default=0, metavar="K", help="Kill the interactive worker so often meanwhile.")
    parser.add_argument("--cached", action="store_true", help="Let the answer cache serve; without it every answer is worked out.")
    parser.add_argument(
        "--while-importing", default="", metavar="N|DIR", help="Measure again while so many made files, or a folder's, are imported."
    )

    parser.add_argument(
        "--while-embedding", type=int, default=0, metavar="N", help="Measure again while N passages are embedded anew for another release."
    )


def _bench_reply(options: dict, say: Say) -> dict:
    names = ("messages", "concurrency", "base", "kill_workers", "cached")
    asked = {name: options[name] for name in names}
    if what := options["while_importing"]:
        return bench_reply_while_importing(what, asked, say)
    if chunks := options["while_embedding"]:
        return bench_reply_while_embedding(lambda base: _load(base, _documents(None, chunks), chunks, say), asked, say)
    return bench_reply(**asked, say=say)


BENCHES.register("reply", Evaluation("First replies of the running copy, through the simulator.", _reply_arguments, _bench_reply))
