"""How well each sentence of the passages answers a question, in a few figures between 0 and 1."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from conversations.bot import candidates
from conversations.bot.coefficients import SENTENCE
from conversations.bot.logistic import probability
from conversations.bot.questions import Asked, years_in
from conversations.bot.sentences import Sentence, sentences_of
from conversations.bot.words import coverage, pair_coverage, pairs_of, says
from knowledge.text import fold
from knowledge.types import Hit

_AROUND = 30  # characters before and after a candidate that belong to it
_MANY = 12  # candidates looked at in one sentence


@dataclass(frozen=True)
class Scored:
    """A sentence, the figures it was judged by, the spans in it that may be the answer, and the probability that it answers."""

    sentence: Sentence
    figures: dict[str, float]
    offers: tuple[str, ...]
    probability: float


def score(asked: Asked, hits: Sequence[Hit]) -> list[Scored]:
    """Every sentence of the hits, best first."""
    scored = [one for rank, hit in enumerate(hits) for one in _score_hit(asked, hit, rank)]
    return sorted(scored, key=lambda one: -one.probability)


def _score_hit(asked: Asked, hit: Hit, rank: int) -> Iterable[Scored]:
    sentences = sentences_of(hit)
    head = fold(" ".join([hit.title, *hit.heading_path, hit.question]))
    whole = head + " " + fold(hit.text)
    passage = {
        "passage": coverage(whole, asked.weights),
        "nothing_missing": 1 - max((w for word, w in asked.weights.items() if says(whole, word) < 0.5), default=0.0),
        "heading": _alike(asked, fold(hit.question or " ".join(hit.heading_path[-1:]))),
        "cosine": _cosine(hit),
        "first": 1.0 if rank == 0 else 0.0,
    }
    whole_years = years_in(whole)
    for sentence in sentences:
        near = sentences[max(0, sentence.index - 1) : sentence.index + 1]
        yield _score_sentence(asked, sentence, " ".join(one.folded for one in near), passage, whole_years)


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
        "asks": 1.0 if text.rstrip("”」』）)\"' ").endswith(("？", "?")) else 0.0,
    }
    offers = tuple(fold(text[start:end]) for start, end in (spans or [])[:_MANY])
    return Scored(sentence, figures, offers, probability(SENTENCE, figures))


def _near(asked: Asked, folded: str, span: tuple[int, int]) -> float:
    """How much of the question stands around a candidate."""
    return coverage(folded[max(0, span[0] - _AROUND) : span[1] + _AROUND], asked.weights)


def _year_fit(wanted: frozenset[str], here: frozenset[str], passage: frozenset[str]) -> float:
    """1 the wanted years are here or none is wanted, 0.5 in the passage only, 0 another year is here instead."""
    if wanted <= here:
        return 1.0
    return 0.0 if here else 0.6 if wanted <= passage else 0.3


def _alike(asked: Asked, heading: str) -> float:
    """Likeness of the question and a heading or a stored question: harmonic mean of the pairs shared, both ways (Dice)."""
    pairs = pairs_of(heading)
    return 2 * len(pairs & asked.pairs) / (len(pairs) + len(asked.pairs)) if pairs and asked.pairs else 0.0


def _cosine(hit: Hit) -> float:
    """The passage's cosine to the question, spread over 0..1 (multilingual-e5 lies between 0.75 and 0.95)."""
    return 0.0 if hit.vector_score is None else min(1.0, max(0.0, (hit.vector_score - 0.75) / 0.2))
