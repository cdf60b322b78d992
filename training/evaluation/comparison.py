"""Two releases on the same questions, asked in turn through the one search door, so that what else the machine does hits both alike."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from knowledge.models import Chunk
from knowledge.retrieval import search
from knowledge.retrieval.search import stored
from knowledge.types import Hit, Scope
from scrm.ai.models import ModelRelease
from scrm.ai.selectors import serving
from training.evaluation import metrics
from training.promotion.gate import Measured
from training.trainers.types import Stopped

DOCUMENTS, PASSAGES = 10, 30


@dataclass(frozen=True)
class Asked:
    """`gains`: relevant documents by id; `slices`: the kinds it counts for."""

    question: str
    base_id: int
    gains: Mapping[int, float]
    slices: tuple[str, ...] = ()


@dataclass
class _Heard:
    """What one release answered so far."""

    ranked: list[tuple[int, ...]] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)
    empty: int = 0
    off_topic: int = 0


def compare(
    before: ModelRelease,
    after: ModelRelease,
    asked: Sequence[Asked],
    off_topic: Sequence[tuple[str, int]],
    goes_on: Callable[[str, int, int], bool] = lambda stage, done, total: True,
) -> tuple[Measured, Measured, dict]:
    """(the one, the other, {"before": figures, "after": figures}). off_topic: questions of another field, with the base they are put to.

    Raises Stopped when `goes_on` says no.
    """
    heard = {"before": _Heard(), "after": _Heard()}
    releases = {"before": before, "after": after}
    for number, each in enumerate(asked):
        for name in ("before", "after") if number % 2 else ("after", "before"):
            with serving(releases[name]):
                _ask(each, heard[name])
        if not goes_on("evaluate", number + 1, len(asked) + len(off_topic)):
            raise Stopped
    for question, base in off_topic:
        for name, release in releases.items():
            with serving(release):
                heard[name].off_topic += bool(search(question, Scope((base,), internal=True), limit=1).hits)
    measured = {name: _measured(asked, each, len(off_topic)) for name, each in heard.items()}
    return measured["before"], measured["after"], {name: figures(asked, each.ranked) for name, each in heard.items()}


def _ask(asked: Asked, heard: _Heard) -> None:
    scope = Scope((asked.base_id,), internal=True)
    result = search(asked.question, scope, limit=PASSAGES, threshold=0.0)
    heard.ranked.append(_documents(result.hits)[:DOCUMENTS])
    heard.milliseconds.append(result.timings_ms["total"])
    least = stored(scope).threshold
    heard.empty += not any(hit.relevance >= least for hit in result.hits)


def _documents(hits: Sequence[Hit]) -> tuple[int, ...]:
    """Best first; a passage that stands in several documents is one hit that names them all."""
    twins = [chunk for hit in hits for chunk in hit.same]
    of = dict(Chunk.objects.filter(pk__in=twins).values_list("pk", "version__document_id")) if twins else {}
    return tuple(dict.fromkeys(each for hit in hits for each in (hit.document_id, *(of[chunk] for chunk in hit.same if chunk in of))))


def _measured(asked: Sequence[Asked], heard: _Heard, off_topic: int) -> Measured:
    slices: dict[str, list[int]] = {}
    for place, each in enumerate(asked):
        for name in each.slices:
            slices.setdefault(name, []).append(place)
    return Measured(
        scores=[metrics.ndcg(ranked, each.gains, 10) for ranked, each in zip(heard.ranked, asked, strict=True)],
        slices=slices,
        safety={"off_topic": heard.off_topic / off_topic} if off_topic else {},
        rates={"no_hits": heard.empty / len(asked)} if asked else {},
        p95_ms=metrics.percentile(heard.milliseconds, 0.95) if asked else None,
    )


def figures(asked: Sequence[Asked], ranked: Sequence[Sequence[int]]) -> dict[str, float]:
    """Means over the questions."""
    pairs = list(zip(ranked, asked, strict=True))

    def mean(measure: Callable) -> float:
        return round(sum(measure(found, each.gains) for found, each in pairs) / len(pairs), 4) if pairs else 0.0

    return {
        "ndcg@10": mean(lambda found, gains: metrics.ndcg(found, gains, 10)),
        "recall@5": mean(lambda found, gains: metrics.recall(found, gains, 5)),
        "recall@10": mean(lambda found, gains: metrics.recall(found, gains, 10)),
        "mrr@10": mean(lambda found, gains: metrics.reciprocal_rank(found, gains, 10)),
        "questions": len(pairs),
    }
