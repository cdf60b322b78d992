"""How a question is put to each base of a search: what a base learned of its questions changes its own side alone.

A release may hold, by base, a head on the query encoder (scrm.ai.heads), and may say that its query encoder was trained on some bases only;
all others are asked as the passage encoder asks. Bases that are asked alike are one side, so a search of bases without any of this, or of
one base, has one side and costs what it always did. Heads stretch cosines: each side brings them back to the scale of the release's
background, so that passages of different bases stand in one list and thresholds keep their meaning.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.db.models import Sum

from knowledge.models import KnowledgeBase
from knowledge.retrieval import vectors
from knowledge.retrieval.indexes import index_is_valid
from knowledge.types import Scope
from scrm.ai import heads
from scrm.ai.encoders import query_vector
from scrm.ai.models import Encoder, ModelRelease

if TYPE_CHECKING:
    import numpy as np

    from knowledge.retrieval.lexical_search import WeightedQuery

BASES = "asking"  # in ModelRelease.settings: by base id, {"head": digest or "", "level": [shift, scale]}
OTHERS = "asking_others"  # the level of bases that are not among BASES: the query encoder was not trained on them


@dataclass(frozen=True)
class Side:
    """Some bases with the vector (a halfvec literal) that asks them. A cosine there counts as shift + scale x cosine."""

    base_ids: tuple[int, ...]
    vector: str
    shift: float = 0.0
    scale: float = 1.0


def of_question(query: str, scope: Scope, release: ModelRelease) -> tuple[Side, ...]:
    """The sides of a search, at least one. Raises the encoder's errors and HeadMissing."""
    return tuple(Side(bases, _vector(query, release, way), *way.level) for way, bases in _ways(scope.base_ids, release.settings).items())


def of_vector(vector: "np.ndarray", scope: Scope) -> tuple[Side, ...]:
    """Every base asked by this vector."""
    return (Side(scope.base_ids, vectors.literal(vector)),)


def nearest(
    sides: Sequence[Side], scope: Scope, encoder: Encoder, weighted: "WeightedQuery", *, limit: int
) -> list[tuple[int, float | None, float]]:
    """(chunk, BM25 or None, levelled cosine) of the nearest live chunks of all sides, nearest first. Run under `search.snapshot`."""
    found = []
    for side in sides:
        within = weighted.passages if len(sides) == 1 else _passages(side)
        exact = vectors.exact_is_better(within, weighted.everywhere) or not index_is_valid(encoder.pk)
        rows = vectors.best(
            side.vector, replace(scope, base_ids=side.base_ids), encoder=encoder, lexical_query=weighted.literal, exact=exact, limit=limit,
            everywhere=weighted.everywhere,
        )  # fmt: skip
        found += [(chunk, bm25, side.shift + side.scale * cosine) for chunk, bm25, cosine in rows]
    return found if len(sides) == 1 else sorted(found, key=lambda row: (-row[2], row[0]))[:limit]


def _passages(side: Side) -> int:
    return KnowledgeBase.objects.filter(pk__in=side.base_ids).aggregate(all=Sum("live_chunks"))["all"] or 0


def cosine_sql(sides: Sequence[Side]) -> tuple[str, dict[str, Any]]:
    """The levelled cosine of embedding row `e`, NULL without one, and its parameters."""
    values: dict[str, Any] = {}
    cases = []
    for number, side in enumerate(sides):
        values |= {f"bases{number}": list(side.base_ids), f"vector{number}": side.vector, f"shift{number}": side.shift}
        values[f"scale{number}"] = side.scale
        told = f"%(shift{number})s::float8 + %(scale{number})s::float8 * (1 - (e.vector <=> %(vector{number})s::halfvec))"
        cases.append((f"e.base_id = ANY(%(bases{number})s::bigint[])", told))
    if len(cases) == 1:
        del values["bases0"]
        return cases[0][1], values
    return f"CASE {' '.join(f'WHEN {where} THEN {told}' for where, told in cases)} END", values


@dataclass(frozen=True)
class _Way:
    head: str
    by_passages: bool
    level: tuple[float, float]


_PLAIN = _Way("", False, (0.0, 1.0))


def _ways(base_ids: Sequence[int], settings: Mapping[str, Any]) -> dict[_Way, tuple[int, ...]]:
    known, others = settings.get(BASES) or {}, settings.get(OTHERS)
    rest = _Way("", True, tuple(others)) if others else _PLAIN
    if not known:
        return {rest: tuple(base_ids)}
    found: dict[_Way, tuple[int, ...]] = {}
    for base in base_ids:
        told = known.get(str(base))
        way = _Way(told.get("head", ""), False, tuple(told.get("level", (0.0, 1.0)))) if told is not None else rest
        found[way] = (*found.get(way, ()), base)
    return found


def _vector(query: str, release: ModelRelease, way: _Way) -> str:
    plain = query_vector(release.passage_encoder if way.by_passages else release.query_encoder, query)
    return vectors.literal(heads.turned(way.head, plain) if way.head else plain)
