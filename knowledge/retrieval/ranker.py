"""The order of the best candidates: a linear model over a few figures of each, small enough to be read in one look.

`fusion.absolute` orders all that was found; of these the first POOL are ordered again by the sum of:
meaning   deviations of the cosine above the encoder's background
words     square root of BM25 as a share of what the question could reach: the first words found count most
covered   share of the question's words, by their weight, that the passage or its title and headings hold
missing   the heaviest word that is missing, as a share of the heaviest of all: softens `covered` where one rare word decides it
length    logarithm of the passage's characters
opening   likeness (Dice, character pairs) of the question and the passage's first sentence: a stored question, a heading, a topic
sibling   how far the best other passage under the same title stands above the middle of the list: the document is about it
siblings  logarithm of how many others there are: a document is not better for being long
title     share of the question's words in title, question and headings; BM25 counts those twice already, so it weighs only what a base's
          weights ask for beyond that
"""

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from statistics import median
from typing import NamedTuple

from knowledge.retrieval import bm25
from knowledge.retrieval.background import Background
from knowledge.retrieval.fusion import Candidate, ordered
from knowledge.retrieval.likeness import dice, pairs_of
from knowledge.retrieval.terms import fold
from knowledge.retrieval.tuning import SHIPPED, Tuning
from knowledge.retrieval.weights import SHIPPED as SHIPPED_WEIGHTS
from knowledge.retrieval.weights import Weights
from knowledge.types import Reason

POOL = 64  # candidates looked at closely: what stands further back is not among the first ten in the end
OPENING_CHARS = 300
_TITLE_POINTS = 0.4  # of a title that holds all the words, for each step of 1 in Tuning.title

_SENTENCES = re.compile(r"[。！？!?；;\n]+")


@dataclass(frozen=True)
class Traits:
    """What is read of a candidate to rank it. `group`: equal for passages of one document or under one title. `head`: title, question
    and headings. `matched`: those of the query's words that the passage or its head holds."""

    chunk_id: int
    group: str
    head: str
    text: str
    matched: frozenset[str]

    @cached_property
    def pairs(self) -> frozenset[str]:
        """Character pairs of the text, worked out once, and only for those that are compared."""
        return pairs_of(self.text)

    @cached_property
    def digits(self) -> str:
        return "".join(filter(str.isdigit, self.text))


@dataclass(frozen=True)
class Asked:
    """A question as the ranker sees it. `total`: weight of all its words; `heaviest`, `absent`: of all, and of those no passage holds."""

    pairs: frozenset[str]
    weights: Mapping[str, float]
    total: float
    heaviest: float
    absent: float


class Figures(NamedTuple):
    """What the model weighs of one candidate; the coefficients have the same names (knowledge/retrieval/weights)."""

    meaning: float
    words: float
    covered: float
    missing: float
    length: float
    opening: float
    sibling: float
    siblings: float


def rank(
    asked: Asked,
    candidates: Sequence[Candidate],
    traits: Mapping[int, Traits],
    background: Background,
    tuning: Tuning = SHIPPED,
    weights: Weights = SHIPPED_WEIGHTS,
) -> list[Candidate]:
    """`candidates` best first by the first mix; the first POOL of them in the ranker's order, with their points as score and their
    reasons, then the others. Those without traits (withdrawn meanwhile) are left out of the pool."""
    pool = [candidate for candidate in candidates[:POOL] if candidate.chunk_id in traits]
    known = figures(asked, pool, traits, background)
    points = [_points(asked, each, traits[each.chunk_id], figure, tuning, weights) for each, figure in zip(pool, known, strict=True)]
    ranked = ordered(each._replace(score=sum(p.points for p in why), reasons=why) for each, why in zip(pool, points, strict=True))
    return ranked + _behind(ranked, candidates[POOL:])


def _behind(ranked: Sequence[Candidate], others: Sequence[Candidate]) -> list[Candidate]:
    """The others with scores that continue downwards from the last of the ranked."""
    if not ranked or not others:
        return list(others)
    last, first = ranked[-1].score, others[0].score
    return [each._replace(score=last - 1e-6 - (first - each.score), reasons=()) for each in others]


def figures(asked: Asked, pool: Sequence[Candidate], traits: Mapping[int, Traits], background: Background) -> list[Figures]:
    """Of each candidate of the pool, all of which have traits."""
    kin = _kin(pool, traits)
    return [_figures(asked, each, traits[each.chunk_id], kin.get(each.chunk_id, (0.0, 0)), background) for each in pool]


def _figures(asked: Asked, candidate: Candidate, traits: Traits, kin: tuple[float, int], background: Background) -> Figures:
    share = candidate.bm25 / (asked.total * (bm25.K1 + 1)) if asked.total else 0.0
    return Figures(
        meaning=background.above(candidate.cosine) if candidate.cosine is not None else 0.0,
        words=math.sqrt(max(0.0, share)),
        covered=covered(asked, traits.matched),
        missing=_missing(asked, traits.matched),
        length=math.log1p(len(traits.text)),
        opening=likeness_of_opening(asked, traits.text[:OPENING_CHARS]),
        sibling=kin[0],
        siblings=math.log1p(kin[1]),
    )


def _points(asked: Asked, candidate: Candidate, traits: Traits, of: Figures, tuning: Tuning, weights: Weights) -> tuple[Reason, ...]:
    words = weights.words * of.words + weights.covered * of.covered + weights.missing * of.missing
    head = in_head(asked, traits.head)
    return (
        Reason("meaning", of.meaning, tuning.meaning * weights.meaning * of.meaning),
        Reason("words", of.covered, tuning.words * words),
        Reason("title", head, (tuning.title - 1) * _TITLE_POINTS * head),
        Reason("opening", of.opening, weights.opening * of.opening),
        Reason("document", round(math.expm1(of.siblings), 6), weights.sibling * of.sibling + weights.siblings * of.siblings),
        Reason("length", float(len(traits.text)), weights.length * of.length),
    )


def covered(asked: Asked, matched: Iterable[str]) -> float:
    """0-1: the weight of the words found of that of all words."""
    return min(1.0, sum(asked.weights.get(word, 0.0) for word in matched) / asked.total) if asked.total else 0.0


def _missing(asked: Asked, matched: frozenset[str]) -> float:
    heaviest = max((weight for word, weight in asked.weights.items() if word not in matched), default=0.0)
    return max(asked.absent, heaviest) / asked.heaviest if asked.heaviest else 0.0


def in_head(asked: Asked, head: str) -> float:
    """0-1: the weight of the question's words in title, question and headings of that of all words."""
    folded = _folded(head)
    return covered(asked, [word for word in asked.weights if word in folded])


# Passages of one document share their head, and the same documents are found again and again.
_folded = lru_cache(maxsize=4_096)(fold)


def likeness_of_opening(asked: Asked, opening: str) -> float:
    """0-1: Dice of the character pairs of the question and of the passage's first sentence."""
    first = next((part for part in _SENTENCES.split(opening) if part.strip()), "")
    return dice(asked.pairs, pairs_of(first))


def _kin(pool: Sequence[Candidate], traits: Mapping[int, Traits]) -> dict[int, tuple[float, int]]:
    """For each candidate with others of its group in the pool: (how far the best of those stands above the median, their number)."""
    if not pool:
        return {}
    middle = median(each.score for each in pool)
    groups: dict[str, list[Candidate]] = defaultdict(list)
    for each in pool:
        groups[traits[each.chunk_id].group].append(each)
    kin = {}
    for members in groups.values():
        best = sorted((each.score for each in members), reverse=True)[:2]
        for each in members if len(members) > 1 else ():
            above = best[1] if each.score == best[0] else best[0]
            kin[each.chunk_id] = (max(0.0, above - middle), len(members) - 1)
    return kin
