"""Content words of a question, what each weighs, and how much of them a text says."""

import math
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from conversations.bot.cues import KIND_NOUNS, QUESTION_WORDS
from knowledge.retrieval import terms

_UNKNOWN = 11.0  # nats; a word the dictionary lacks (names, codes, years) is taken as rare
_RANGE = (3.0, 12.0)
_RARE = 11.0
_KIND_NOUN = 0.3  # share of its weight that a noun which only names the kind of answer keeps
_VERBS = frozenset("开交退查改换补寄打办领取买卖收付订报填看修装拆洗")  # take an object the dictionary may have grown together with
_KNOWN, _OBJECT = 100, 5  # a word by itself: counted so often, and so many times as often as the two together
_ASCII = re.compile(r"[0-9a-z]")
_CODE_OR_HAN = re.compile(rf"[{terms.HAN}]+|[0-9a-z]+(?:[-./:+'][0-9a-z]+)*")


@lru_cache(maxsize=50_000)
def rarity(word: str) -> float:
    """-ln of the word's share in general Chinese text (the segmenter's dictionary), 3..12."""
    tokenizer = terms.segmenter()
    count = tokenizer.FREQ.get(word, 0)
    return min(_RANGE[1], max(_RANGE[0], math.log(tokenizer.total / count))) if count else _UNKNOWN


def is_rare(word: str) -> bool:
    """Whether general Chinese text hardly has this word: names, codes, coinages."""
    return rarity(word) >= _RARE


def segments(sentence: str) -> list[tuple[int, str]]:
    """(offset, word) of the Chinese words of a sentence, names the dictionary lacks put together."""
    found = []
    for piece in re.finditer(rf"[{terms.HAN}]+", sentence):
        position = piece.start()
        for word in terms.segmenter().cut(piece[0]):
            found.append((position, word))
            position += len(word)
    return found


def question_words(question: str) -> list[str]:
    """The words of a question without its grammar, each once, folded; codes and numbers whole."""
    found: list[str] = []
    for piece in _CODE_OR_HAN.findall(terms.fold(question)):
        found += [piece] if _ASCII.match(piece) else [part for word in terms.segmenter().cut(piece) for part in _verb_and_object(word)]
    kept = [word for word in dict.fromkeys(found) if word not in QUESTION_WORDS]
    return kept or list(dict.fromkeys(found))


@lru_cache(maxsize=50_000)
def _verb_and_object(word: str) -> tuple[str, ...]:
    """ "开发票" is 开 and 发票, wherever the documents put them; other words are themselves."""
    count, rest = terms.segmenter().FREQ.get(word, 0), terms.segmenter().FREQ.get(word[1:], 0)
    apart = len(word) == 3 and word[0] in _VERBS and rest > max(_KNOWN, _OBJECT * count)
    return (word[0], word[1:]) if apart else (word,)


def content_weights(question: str, corpus_idf: Mapping[str, float] | None = None) -> dict[str, float]:
    """Weight of each content word, summing to 1: rare words of the language and of the corpus weigh most, nouns that only name the
    kind of answer (时间, 数量) little.
    """
    raw = {}
    for word in question_words(question):
        idf = (corpus_idf or {}).get(word)
        raw[word] = rarity(word) * (1.0 if idf is None else 0.5 + min(1.0, idf / 5.0)) * (_KIND_NOUN if word in KIND_NOUNS else 1.0)
    total = sum(raw.values())
    return {word: weight / total for word, weight in raw.items()} if total else {}


def says(folded: str, word: str) -> float:
    """1 when the folded text has the word; for a longer Chinese word the share of its character pairs. Codes and numbers match whole."""
    if _ASCII.match(word):
        return 1.0 if re.search(rf"(?<![0-9a-z]){re.escape(word)}(?![0-9a-z])", folded) else 0.0
    if word in folded:
        return 1.0
    pairs = [word[i : i + 2] for i in range(len(word) - 1)]
    return 0.8 * sum(pair in folded for pair in pairs) / len(pairs) if len(pairs) > 1 else 0.0


_QUANTITY = re.compile(r"\d+(?:\.\d+)?(?:[kmg]?[gwmlbvahs]|k|kw|kwh|mah|cm|mm|km|kb|tb|hz|ghz|mhz|kg|ml|min|p|d|x|px)")


def codes_in(words: Iterable[str]) -> tuple[str, ...]:
    """Those of the words that name one thing and no other: model numbers, error codes, versions; not quantities (5kg, 4k)."""
    mixed = (word for word in words if re.search(r"[a-z]", word) and re.search(r"\d", word))
    return tuple(word for word in mixed if not _QUANTITY.fullmatch(word))


# Behind a model number these name another model: RV-S10 Pro is not RV-S10.
VARIANT = r"(?:pro|max|plus|mini|ultra|lite|se)(?![a-z0-9])"


def names(folded: str, code: str) -> bool:
    """Whether the folded text has the code, however its parts are joined: `hu-600` is `hu600` and `hu 600`, not `hu-6000` or `hu-600 pro`."""
    parts = re.findall(r"[a-z]+|\d+", code)
    return bool(re.search(rf"(?<![0-9a-z]){r'[-_./ ]?'.join(parts)}(?![0-9a-z])(?! ?{VARIANT})", folded))


def whole_codes(codes: Iterable[str], folded: str) -> tuple[str, ...]:
    """The codes as the folded question means them: `rv-s10` is `rv-s10 pro` where that is asked about."""
    return tuple(match[0] if (match := re.search(rf"{re.escape(code)}(?: ?{VARIANT})+", folded)) else code for code in codes)


def coverage(folded: str, weights: Mapping[str, float]) -> float:
    """Weighted share of the question's words that the folded text says, 0..1."""
    return sum(weight * says(folded, word) for word, weight in weights.items())


def pairs_of(text: str) -> set[str]:
    """Neighbouring characters of a folded text, letters and Han only."""
    plain = "".join(re.findall(rf"[0-9a-z{terms.HAN}]+", text))
    return {plain[i : i + 2] for i in range(len(plain) - 1)}


def pair_coverage(folded: str, pairs: Iterable[str]) -> float:
    """Share of these character pairs that the folded text has."""
    wanted = list(pairs)
    return sum(pair in folded for pair in wanted) / len(wanted) if wanted else 0.0
