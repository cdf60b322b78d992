"""Words of a text as keyword search counts them.

Chinese is cut by jieba in search mode (long words also give their parts). Codes, model numbers, versions, addresses and error names stay
whole and give their parts besides: `AB-1203` is found by `AB-1203`, `ab1203` is not invented. Full width, case, compatibility forms and
traditional characters are folded; punctuation is dropped; no word is a stop word, because idf does that job. The words of a base's
dictionary are given whole besides their parts, so that a new one never costs a find. A change of these rules needs a new
knowledge.types.TERMS_VERSION.
"""

import hashlib
import logging
import re
import threading
import unicodedata
from collections import Counter
from functools import cache, lru_cache

from django.conf import settings

from knowledge.retrieval.cutting import Cutter
from knowledge.retrieval.dictionary import NO_WORDS, Dictionary
from knowledge.types import TERM_SPACE

LONGEST_CODE = 64  # characters; longer runs (base64, URLs with queries) only give their parts

HAN = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_LETTER = rf"[^\W{HAN}]"
_HAN_BLOCKS = ((0x3400, 0x4DC0), (0x4E00, 0xA000), (0x20000, 0x2A6E0))
# A run of Han characters, or letters and digits joined by single marks; `c++` and `c#` keep their marks.
_PIECES = re.compile(rf"([{HAN}]+)|({_LETTER}+(?:[-.@+]{_LETTER}+)*(?:\+\+|#(?!\w))?)")
_PARTS = re.compile(r"[^\W_]+")
_LETTERS_OR_DIGITS = re.compile(r"[^\W\d_]+|\d+")

_loading = threading.Lock()
_tokenizer = None


def fold(text: str) -> str:
    """One spelling for what a reader takes as the same: NFKC (full width, compatibility forms), case, simplified characters."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return folded if _traditional().isdisjoint(folded) else folded.translate(_simplified())


@cache
def _traditional() -> frozenset[str]:
    """Most texts have none of these, which is seen in a third of the time that translating takes."""
    return frozenset(map(chr, _simplified()))


@cache
def _simplified() -> dict[int, int]:
    """Traditional character -> simplified, one for one: OpenCC's table, 4,572 characters, read in 40 ms."""
    import opencc

    characters = [chr(code) for block in _HAN_BLOCKS for code in range(*block)]
    plain = opencc.OpenCC("t2s").convert("\n".join(characters)).split("\n")
    return {ord(before): ord(after) for before, after in zip(characters, plain, strict=True) if before != after}


def words(text: str, dictionary: Dictionary = NO_WORDS) -> list[str]:
    """The words of a text in reading order, then those of the dictionary that were cut apart; overlaps and repeats included."""
    folded = fold(text)
    found: list[str] = []
    for han, code in _PIECES.findall(folded):
        if han:
            found += _cutter().search_words(han) if len(han) > 1 else [han]
        else:
            found += _code_words(code)
    return found + _cut_apart(dictionary.find(folded), found) if dictionary else found


def word_counts(text: str, dictionary: Dictionary = NO_WORDS) -> Counter[str]:
    return Counter(words(text, dictionary))


def _cut_apart(whole: list[str], found: list[str]) -> list[str]:
    """The dictionary's words of a text that are not among the words found already, as often as they are missing."""
    missing = Counter(whole)
    if missing:
        missing.subtract(word for word in found if word in missing)
    return [word for word, number in missing.items() for _ in range(number)]


@lru_cache(maxsize=200_000)
def term_id(word: str) -> int:
    """A word's number in 1..TERM_SPACE: a hash, the same in every process (two of a million words share one in 2,000 cases)."""
    digest = hashlib.blake2b(word.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") % TERM_SPACE + 1


def warm() -> None:
    """Load jieba's dictionary now (0.5 s from its cache, 1 s without) instead of in the first search."""
    _cutter()
    _simplified()


def _code_words(code: str) -> list[str]:
    """`iphone15pro` -> itself, iphone, 15, pro; `v2.1.3` -> itself, v2, 1, 3. Single characters are not split off letters and digits."""
    parts = _PARTS.findall(code)
    found = [code] if parts and len(code) <= LONGEST_CODE else []
    if parts != [code]:
        found += parts
    for part in parts:
        pieces = _LETTERS_OR_DIGITS.findall(part)
        if len(pieces) > 1:
            found += [piece for piece in pieces if len(piece) > 1]
    return found


@cache
def _cutter() -> Cutter:
    return Cutter(segmenter())


def segmenter():
    """jieba's dictionary, loaded once a process. Its cache lies under SCRM_HOME and is replaced atomically, so processes don't race."""
    global _tokenizer
    if _tokenizer is None:
        with _loading:
            if _tokenizer is None:
                import jieba

                jieba.setLogLevel(logging.WARNING)
                folder = settings.SCRM_HOME / "cache"
                folder.mkdir(parents=True, exist_ok=True)
                tokenizer = jieba.Tokenizer()
                tokenizer.tmp_dir = str(folder)
                tokenizer.initialize()
                _tokenizer = tokenizer
    return _tokenizer
