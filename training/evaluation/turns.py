"""manage.py bench turn: what a turn costs beside writing the answer, and what it costs when the cache has the answer."""

import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from statistics import median

from django.utils.translation import gettext as _

from conversations.bot.pipeline import run
from conversations.bot.places import caching
from conversations.types import BotState
from knowledge.models import KnowledgeBase
from knowledge.retrieval import terms
from knowledge.retrieval.indexes import index_ensure
from knowledge.retrieval.refresh import impacts_refresh
from knowledge.services.documents import documents_load
from knowledge.types import Scope
from scrm.ai.encoders import load
from scrm.ai.selectors import active_release
from scrm.core.errors import NotFound
from training.evaluation import retrieval_sets, sample_texts
from training.evaluation.metrics import percentile
from training.evaluation.scratch import scratch_base

WARM_UP = 5  # turns that are not counted
GENERATION = "answer"
GROUP = 500  # documents loaded between two lines of progress
POLITE = "请问，"  # in front of a question: other words, the same question

Say = Callable[[str], None]


@dataclass(frozen=True)
class Timed:
    """A turn with its milliseconds by the clock on the wall, and those that encoding its question alone took."""

    state: BotState
    wall_ms: float
    encode_ms: float


def bench_turn(options: dict, say: Say) -> dict:
    """Milliseconds: every step, the whole turn without generation, without encoding too, and turns that the cache answers."""
    with _base(options, say) as base:
        scope = Scope((base.pk,))
        asked = _questions(options["set"], options["queries"] + WARM_UP)
        terms.warm()
        with caching(True):
            turns = [_timed(text, scope) for text in asked][WARM_UP:]
            kept = [turn.state.masked for turn in turns if turn.state.outcome == "answer"]
            exact = [_timed(text, scope) for text in kept]
            worded = [_timed(POLITE + text, scope) for text in kept]
        base.refresh_from_db()
        return {"chunks": base.live_chunks, "turns": len(turns), "answered": len(kept)} | _figures(turns, exact, worded)


def _figures(turns: Sequence[Timed], exact: Sequence[Timed], worded: Sequence[Timed]) -> dict:
    overhead = [turn.wall_ms - _step(turn.state, GENERATION) for turn in turns]
    encode = [turn.encode_ms for turn in turns]
    steps = {entry.step: None for turn in turns for entry in turn.state.trace}
    return {
        "steps_p50_ms": {step: _share([_step(turn.state, step) for turn in turns if _took(turn, step)], 0.5) for step in steps},
        "steps_p95_ms": {step: _share([_step(turn.state, step) for turn in turns if _took(turn, step)], 0.95) for step in steps},
        "encode_p50_ms": _share(encode, 0.5),
        "encode_p95_ms": _share(encode, 0.95),
        "overhead_p50_ms": _share(overhead, 0.5),
        "overhead_p95_ms": _share(overhead, 0.95),
        "overhead_less_encoding_p50_ms": _share([all_ - one for all_, one in zip(overhead, encode, strict=True)], 0.5),
        "overhead_less_encoding_p95_ms": _share([all_ - one for all_, one in zip(overhead, encode, strict=True)], 0.95),
        "exact_hits": sum(turn.state.cached == "exact" for turn in exact),
        "exact_hit_p50_ms": _share([turn.wall_ms for turn in exact if turn.state.cached == "exact"], 0.5),
        "exact_hit_p95_ms": _share([turn.wall_ms for turn in exact if turn.state.cached == "exact"], 0.95),
        "semantic_hits": sum(turn.state.cached == "semantic" for turn in worded),
        "semantic_hit_p50_ms": _share([turn.wall_ms for turn in worded if turn.state.cached == "semantic"], 0.5),
        "semantic_hit_less_encoding_p50_ms": _share([t.wall_ms - t.encode_ms for t in worded if t.state.cached == "semantic"], 0.5),
    }


def _timed(text: str, scope: Scope) -> Timed:
    """Encoding is timed on its own first, past the memory of recent questions."""
    encoder = load(active_release().query_encoder)
    started = time.perf_counter()
    encoder.encode_queries([text])
    encoded = time.perf_counter()
    state = run(text, scope)
    return Timed(state, (time.perf_counter() - encoded) * 1000, (encoded - started) * 1000)


def _step(state: BotState, name: str) -> float:
    return sum(entry.ms for entry in state.trace if entry.step == name)


def _took(turn: Timed, name: str) -> bool:
    return any(entry.step == name for entry in turn.state.trace)


def _share(values: Sequence[float], share: float) -> float | None:
    if not values:
        return None
    return round(median(values) if share == 0.5 else percentile(values, share), 2)


@contextmanager
def _base(options: dict, say: Say) -> Iterator[KnowledgeBase]:
    """An ordinary base by name, else a scratch one with so many passages, indexed as a served one is."""
    if options["base"]:
        base = KnowledgeBase.objects.filter(name=options["base"]).first()
        if base is None:
            raise NotFound(_("There is no knowledge base “%(name)s”.") % {"name": options["base"]})
        yield base
        return
    with scratch_base() as base:
        rows, loaded = iter(_documents(options["set"], options["chunks"])), 0
        while loaded < options["chunks"] and (group := list(islice(rows, min(GROUP, options["chunks"] - loaded)))):
            loaded += documents_load(actor=None, base=base, documents=group).chunks
            say(f"{loaded} chunks")
        impacts_refresh(base.pk)
        index_ensure(active_release().passage_encoder)
        yield base


def _documents(folder: Path | None, number: int) -> Iterator[tuple[str, str, str]]:
    return retrieval_sets.documents(folder) if folder else iter(sample_texts.passages(number))


def _questions(folder: Path | None, number: int) -> list[str]:
    if folder is None:
        return sample_texts.questions(number)
    return list(dict.fromkeys(question.text for question in retrieval_sets.questions(folder)))[:number]


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--set", type=Path, metavar="DIR", help="Texts and questions of a retrieval set; otherwise generated ones.")
    parser.add_argument("--chunks", type=int, default=10_000, metavar="N")
    parser.add_argument("--queries", type=int, default=200, metavar="N")
    parser.add_argument("--base", metavar="NAME", help="Ask this knowledge base instead of loading one.")
