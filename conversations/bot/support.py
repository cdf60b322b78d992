"""Whether a source says what a sentence says: its words by share, its figures exactly."""

import re
from collections.abc import Iterable

from conversations.bot.words import pair_coverage, pairs_of
from knowledge.text import fold

ENOUGH = 0.55  # share of a sentence's character pairs that the source has
# Numbers with decimals and separators, codes with digits in them, and Chinese numerals before a unit.
_EXACT = re.compile(r"[a-z]*\d[\da-z]*(?:[.,:\-/]\d[\da-z]*)*%?|[一二两三四五六七八九十百千万亿]{1,8}(?=[元天年月日号次个人件台级折小])")


def supports(source: str, sentence: str) -> bool:
    """The source has every figure and code of the sentence, and most of its words."""
    source, sentence = _plain(source), _plain(sentence)
    return _figures(sentence) <= _figures(source) and pair_coverage(source, pairs_of(sentence)) >= ENOUGH


def any_supports(sources: Iterable[str], sentence: str) -> bool:
    return any(supports(source, sentence) for source in sources)


def _plain(text: str) -> str:
    return re.sub(r"(?<=\d)[,，](?=\d{3})", "", fold(text))


def _figures(text: str) -> set[str]:
    return set(_EXACT.findall(text))
