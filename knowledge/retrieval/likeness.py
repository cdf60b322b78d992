"""How alike two questions are: by their characters, and by meaning. No database.

By meaning: cosine of the two as the query encoder sees them, in deviations above the encoder's background. Measured on 500 pairs each of
four development sets of same and nearly same questions (multilingual-e5-small): area under the curve by meaning 0.74-0.93, by character
pairs 0.66-0.81; at 6.8 deviations (cosine 0.94) 40-98 % of the same questions pass and 0-0.4 % of unrelated ones, at 8 (0.96) 18-93 % and
0-0.2 %; pairs in common (Dice) of 0.6 pass 6-70 %.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from operator import add

from knowledge.retrieval.background import Background
from knowledge.retrieval.terms import fold
from scrm.ai.encoders import load
from scrm.ai.models import Encoder

SAME_WORDS = 0.6  # Dice from which two questions are the same; conversations.bot asks as much of a stored question
SAME_MEANING = 8.0  # deviations
_SOME_WORDS, _SOME_MEANING = 0.35, 6.0  # below these there is no likeness
_LETTERS = re.compile(r"[^\W_]+")


def same_key(question: str) -> str:
    """Equal for questions that differ in case, width, traditional characters, spaces and punctuation only."""
    return "".join(_LETTERS.findall(fold(question)))


def pairs_of(question: str) -> frozenset[str]:
    plain = same_key(question)
    return frozenset(map(add, plain, plain[1:]))


def dice(one: frozenset[str], other: frozenset[str]) -> float:
    """Harmonic mean of the shares of character pairs in common, 0-1."""
    return 2 * len(one & other) / (len(one) + len(other)) if one and other else 0.0


def likeness(words: float, deviations: float | None) -> float:
    """0 = nothing alike, 1 = the same question, of either figure the better. words: Dice. deviations: None when nobody measured them."""
    by_words = (words - _SOME_WORDS) / (SAME_WORDS - _SOME_WORDS)
    by_meaning = 0.0 if deviations is None else (deviations - _SOME_MEANING) / (SAME_MEANING - _SOME_MEANING)
    return min(1.0, max(0.0, by_words, by_meaning))


def deviations(query_vector, wordings: Sequence[str], encoder: Encoder, background: Background) -> list[float]:
    """How far the meaning of each wording is that of the query. query_vector: float32 (dim,), L2-normalised."""
    return [background.above(float(query_vector @ _vector(encoder.pk, wording))) for wording in wordings]


@lru_cache(maxsize=4_096)
def _vector(encoder_id: int, wording: str):
    """A wording as a question (5 ms the first time, 1.5 kB)."""
    return load(Encoder.objects.get(pk=encoder_id)).encode_queries([wording])[0]
