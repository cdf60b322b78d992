"""Counting words of mixed Chinese and Latin text: a Chinese character counts as a word, a run of other letters or digits as one."""

import re

CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
WORD = re.compile(rf"[{CJK}]|[^\W{CJK}_]+")
_CHARS_PER_WORD = 12  # more than any language's words take; text without words (rules, base64) still fills a chunk


def count_words(text: str) -> int:
    return len(WORD.findall(text))


def weight(text: str) -> int:
    """Words, but at least one for every 12 characters: what bounds a chunk's size for any input."""
    return max(count_words(text), len(text) // _CHARS_PER_WORD)
