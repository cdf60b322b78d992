"""How near a written sentence stands to its source in meaning, as the encoders in use see it.

Figures, names, negations and words are held against each other in support.py; this takes away what says something else in a source's words.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.retrieval.background import background_of
from scrm.ai import encoders
from scrm.ai.selectors import active_release
from scrm.core.errors import ScrmError

log = logging.getLogger(__name__)

# Deviations above the cosine of unrelated texts. Of sentence pairs whose words agree (six public sets, 2,700 pairs) 0.8 % of those that mean
# the same lie below, and 4.1 % of the others (docs/answers.md).
LEAST = 4.0


@dataclass(frozen=True)
class Nearness:
    cosine: float
    enough: bool


def nearness(claims: Sequence[tuple[str, Sequence[str]]]) -> list[Nearness | None]:
    """Of each sentence to the nearest of its source's texts; None for all where no encoder with a known background can be asked."""
    silent: list[Nearness | None] = [None] * len(claims)
    if not claims:
        return silent
    try:
        release = active_release()
        background = background_of(release)
        return [_judged(cosine, background) for cosine in _cosines(release, claims)] if background else silent
    except ScrmError as error:
        log.warning("meanings were not compared: %s", error)
        return silent


def _judged(cosine: float, background) -> Nearness:
    return Nearness(round(cosine, 3), background.above(cosine) >= LEAST)


def _cosines(release, claims: Sequence[tuple[str, Sequence[str]]]) -> list[float]:
    """Each text is encoded once."""
    said = list(dict.fromkeys(text for text, _sources in claims))
    read = list(dict.fromkeys(source for _text, sources in claims for source in sources))
    sentences = dict(zip(said, encoders.load(release.query_encoder).encode_queries(said), strict=True))
    passages = dict(zip(read, encoders.load(release.passage_encoder).encode_passages(read), strict=True))
    return [max(float(sentences[text] @ passages[source]) for source in sources) for text, sources in claims]
