"""Words of a text as keyword search counts them.

Chinese is cut by jieba in search mode (long words also give their parts). Codes, model numbers, versions, addresses and error names stay
whole and give their parts besides: `AB-1203` is found by `AB-1203`, `ab1203` is not invented. Full width, case and compatibility forms
are folded; punctuation is dropped; no word is a stop word, because idf does that job.
"""

import hashlib
import logging
import re
import threading
import unicodedata
from collections import Counter
from functools import lru_cache

from django.conf import settings

from knowledge.types import TERM_SPACE

LONGEST_CODE = 64  # characters; longer runs (base64, URLs with queries) only give their parts

HAN = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_LETTER = rf"[^\W{HAN}]"
# A run of Han characters, or letters and digits joined by single marks; `c++` and `c#` keep their marks.
_PIECES = re.compile(rf"([{HAN}]+)|({_LETTER}+(?:[-.@+]{_LETTER}+)*(?:\+\+|#(?!\w))?)")
_PARTS = re.compile(r"[^\W_]+")
_LETTERS_OR_DIGITS = re.compile(r"[^\W\d_]+|\d+")

_loading = threading.Lock()
_tokenizer = None


def fold(text: str) -> str:
    """One spelling for what a reader takes as the same: NFKC (full width, compatibility forms) and case."""
    return unicodedata.normalize("NFKC", text).casefold()


def words(text: str) -> list[str]:
    """The words of a text in reading order; overlapping ones and repeats included."""
    found: list[str] = []
    for han, code in _PIECES.findall(fold(text)):
        if han:
            found += _segmenter().lcut_for_search(han) if len(han) > 1 else [han]
        else:
            found += _code_words(code)
    return found


def word_counts(text: str) -> Counter[str]:
    return Counter(words(text))


@lru_cache(maxsize=200_000)
def term_id(word: str) -> int:
    """A word's number in 1..TERM_SPACE: a hash, the same in every process (two of a million words share one in 2,000 cases)."""
    digest = hashlib.blake2b(word.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") % TERM_SPACE + 1


def warm() -> None:
    """Load the dictionary now (0.5 s from its cache, 1 s without) instead of in the first search."""
    _segmenter()


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


def _segmenter():
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
