"""How well each sentence of the passages answers a question, in a few figures between 0 and 1."""

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from conversations.bot import candidates
from conversations.bot.coefficients import AGREED, COSINE_SCALES, SENTENCE
from conversations.bot.logistic import log_odds
from conversations.bot.questions import Asked, years_in
from conversations.bot.sentences import Sentence, sentences_of
from conversations.bot.words import codes_in, coverage, names, pair_coverage, pairs_of, whole_codes
from knowledge.text import fold
from knowledge.types import Hit
from scrm.ai.models import ModelRelease

_AROUND = 30  # characters before and after a candidate that belong to it
_ASKS = re.compile(r"[？?][”」』）)\"'\s]*$|多少|什么|谁(?!都|也)|哪[个些里位年天家]|几[个次位]|为何|怎[么样]|如何|[吗呢][。！]?$")
_TITLE_PARTS = re.compile(r"\s*[·|>—/]\s*")
_HEARD = 40  # sentences that count as voices
_ENOUGH = 2.0  # so many certain voices besides its own are full agreement
_MANY = 12  # candidates looked at in one sentence


@dataclass(frozen=True)
class Scored:
    """A sentence, the figures it was judged by, the spans in it that may be the answer, and the probability that it answers."""

    sentence: Sentence
    figures: dict[str, float]
    offers: tuple[str, ...]
    log_odds: float

    @property
    def chunk(self) -> int:
        return self.sentence.hit.chunk_id

    @property
    def probability(self) -> float:
        return 1 / (1 + math.exp(-self.log_odds))


def score(asked: Asked, hits: Sequence[Hit], scale: tuple[float, float] | None = None) -> list[Scored]:
    """Every sentence of the hits, best first. `scale`: see cosine_scale.

    Of a question that names a model or an error code only sentences that stand under it or say it count; when there are none, nothing does.
    """
    codes = whole_codes(codes_in(asked.weights), fold(asked.text))
    alone = [one for hit in hits for one in _score_hit(asked, hit, scale, codes)]
    return _best_first(_with_agreement(_best_first(alone)))


def _best_first(scored: Iterable[Scored]) -> list[Scored]:
    return sorted(scored, key=lambda one: -one.log_odds)


def _with_agreement(scored: list[Scored]) -> Iterable[Scored]:
    """A sentence gains when likely sentences of other passages offer the same answer."""
    offered: dict[str, dict[int, float]] = defaultdict(dict)
    for one in scored[:_HEARD]:
        for offer in set(one.offers):
            heard = offered[offer]
            heard[one.chunk] = max(heard.get(one.chunk, 0.0), one.probability)
    for one in scored:
        others = (sum(heard.values()) - heard.get(one.chunk, 0.0) for heard in (offered[offer] for offer in set(one.offers)))
        agreement = min(1.0, max(others, default=0.0) / _ENOUGH)
        figures = one.figures | {"alone": one.log_odds, "agreement": agreement}
        yield replace(one, figures=figures, log_odds=log_odds(AGREED, figures))


def cosine_scale(release: ModelRelease | None) -> tuple[float, float] | None:
    """Cosines of this release between unrelated texts and between a question and its answer; None when nobody measured them."""
    if release is None:
        return None
    told = release.settings.get("cosine_scale")
    if told:
        return float(told[0]), float(told[1])
    return next((scale for name, scale in COSINE_SCALES.items() if name in release.passage_encoder.source), None)


def _score_hit(asked: Asked, hit: Hit, scale: tuple[float, float] | None, codes: Sequence[str]) -> Iterable[Scored]:
    heads = _heads(hit)
    # A code stands in the sentence or in what it belongs to: its line, its nearest heading, the title.
    wanted = [code for code in codes if not any(names(head, code) for head in heads)]
    sentences = [one for one in sentences_of(hit) if all(names(one.in_context, code) for code in wanted)]
    if not sentences:
        return
    whole = fold(" ".join([hit.title, *hit.heading_path, hit.question, hit.text]))
    passage = {
        "passage": coverage(whole, asked.weights),
        "heading": max((alike(asked, head) for head in heads), default=0.0),
        "cosine": _cosine(hit, scale),
    }
    whole_years = years_in(whole)
    for sentence in sentences:
        yield _score_sentence(asked, sentence, " ".join([*heads, sentence.in_context]), passage, whole_years)


def _heads(hit: Hit) -> list[str]:
    """What the passage stands under, folded: its question, its nearest heading, the parts of its title."""
    heads = [hit.question, *hit.heading_path[-1:], *_TITLE_PARTS.split(hit.title)]
    return [fold(head) for head in heads if head.strip()]


def _score_sentence(asked: Asked, sentence: Sentence, context: str, passage: dict[str, float], whole_years: frozenset[str]) -> Scored:
    text, folded = sentence.text, sentence.folded
    spans = candidates.offers(asked.kind, text, asked.text)
    here = coverage(folded, asked.weights)
    figures = passage | {
        "here": here,
        "context": coverage(context, asked.weights),
        "pairs": pair_coverage(folded, asked.pairs),
        "near": here if spans is None else max((_near(asked, folded, span) for span in spans[:_MANY]), default=0.0),
        "offers": 0.5 if spans is None else float(bool(spans)),
        "year": _year_fit(asked.years, years_in(folded), whole_years),
        "length": min(1.0, len(text) / 120),
        "under": alike(asked, fold(sentence.under)),
        "asks": 1.0 if _ASKS.search(text) else 0.0,
    }
    offers = tuple(fold(text[start:end]) for start, end in (spans or [])[:_MANY])
    return Scored(sentence, figures, offers, log_odds(SENTENCE, figures))


def _near(asked: Asked, folded: str, span: tuple[int, int]) -> float:
    """How much of the question stands around a candidate."""
    return coverage(folded[max(0, span[0] - _AROUND) : span[1] + _AROUND], asked.weights)


def _year_fit(wanted: frozenset[str], here: frozenset[str], passage: frozenset[str]) -> float:
    """1 the wanted years are here or none is wanted, 0.5 in the passage only, 0 another year is here instead."""
    if wanted <= here:
        return 1.0
    return 0.0 if here else 0.6 if wanted <= passage else 0.3


def alike(asked: Asked, heading: str) -> float:
    """Likeness of the question and a heading or a stored question: harmonic mean of the pairs shared, both ways (Dice)."""
    pairs = pairs_of(heading)
    return 2 * len(pairs & asked.pairs) / (len(pairs) + len(asked.pairs)) if pairs and asked.pairs else 0.0


def _cosine(hit: Hit, scale: tuple[float, float] | None) -> float:
    """The passage's cosine to the question, spread over 0..1; 0 when it means nothing."""
    if scale is None or hit.vector_score is None:
        return 0.0
    return min(1.0, max(0.0, (hit.vector_score - scale[0]) / (scale[1] - scale[0])))
