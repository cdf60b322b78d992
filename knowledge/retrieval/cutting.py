"""Runs of Chinese characters cut as jieba's `cut_for_search` does, word for word, at a fraction of its cost: one pass over the words that
may begin at a character instead of a graph and a search in it, the hidden Markov model without copying its paths, and what short runs of
unknown characters came to remembered. jieba's own tables are used; tests/knowledge/retrieval/test_cutting.py holds the two together.
"""

import re
from functools import lru_cache
from math import log

_KNOWN = re.compile("([\u4e00-\u9fd5]+)")  # the characters jieba knows; others are words by themselves
_REMEMBERED = 20_000  # runs and words, of a few characters each: 5 MB a kind
_LONGEST_REMEMBERED = 8


class Cutter:
    """Needs an initialised jieba.Tokenizer whose words are not changed afterwards."""

    def __init__(self, tokenizer):
        from jieba import finalseg

        self._numbers: dict[str, int] = tokenizer.FREQ  # 0: the beginning of a word, and none itself
        self._total = log(tokenizer.total)
        self._weights: dict[int, float] = {}  # of a number; there are 14,000 different ones
        self._model = _Model(finalseg)
        self._unknown = lru_cache(maxsize=_REMEMBERED)(self._model.cut)
        self._parts = lru_cache(maxsize=_REMEMBERED)(self._parts_of)

    def search_words(self, run: str) -> list[str]:
        """Words of a run of Chinese characters in reading order, each preceded by the known words of two and three characters in it."""
        found: list[str] = []
        for place, piece in enumerate(_KNOWN.split(run)):
            for word in self._cut(piece) if place % 2 else piece:
                if len(word) > 2:
                    found += self._parts(word)
                found.append(word)
        return found

    def _parts_of(self, word: str) -> tuple[str, ...]:
        sizes = (2, 3) if len(word) > 3 else (2,)
        parts = (word[start : start + size] for size in sizes for start in range(len(word) - size + 1))
        return tuple(part for part in parts if self._numbers.get(part))

    def _cut(self, text: str) -> list[str]:
        """The likeliest words; single characters beside each other are looked at again by the model."""
        ends, found, start, single = self._ends(text), [], 0, 0
        while start < len(text):
            end = ends[start]
            if end - start > 1:
                if single < start:
                    found += self._singles(text[single:start])
                found.append(text[start:end])
                single = end
            start = end
        if single < start:
            found += self._singles(text[single:])
        return found

    def _ends(self, text: str) -> list[int]:
        """For each character the end of the word that begins with it on the likeliest way to the end; of equal ones the longest."""
        size = len(text)
        chances, ends = [0.0] * (size + 1), [0] * size
        number, weights = self._numbers.get, self._weights
        for start in range(size - 1, -1, -1):
            best, chosen, end = None, start + 1, start + 1
            count = number(text[start])
            while count is not None:
                if count:
                    weight = weights.get(count)
                    if weight is None:
                        weight = weights[count] = log(count) - self._total
                    chance = weight + chances[end]
                    if best is None or chance >= best:
                        best, chosen = chance, end
                if end == size:
                    break
                end += 1
                count = number(text[start:end])
            chances[start] = best if best is not None else 0.0 - self._total + chances[start + 1]
            ends[start] = chosen
        return ends

    def _singles(self, text: str) -> tuple[str, ...] | str:
        if len(text) == 1 or self._numbers.get(text):
            return text
        return self._unknown(text) if len(text) <= _LONGEST_REMEMBERED else self._model.cut(text)


class _Model:
    """jieba's hidden Markov model: each character begins, is within, ends or is a word (B, M, E, S)."""

    def __init__(self, finalseg):
        self._start = finalseg.start_P
        self._emit = [finalseg.emit_P[state] for state in "BMES"]
        ways = ("EB", "SB", "BM", "MM", "BE", "ME", "ES", "SS")
        self._ways = [finalseg.trans_P[before].get(after, finalseg.MIN_FLOAT) for before, after in ways]
        self._never = finalseg.MIN_FLOAT

    def cut(self, text: str) -> tuple[str, ...]:
        found, begun, done = [], 0, 0
        for place, state in enumerate(self._states(text)):
            if state == "B":
                begun = place
            elif state in "ES":
                done = place + 1
                found.append(text[begun if state == "E" else place : done])
        if done < len(text):
            found.append(text[done:])
        return tuple(found)

    def _states(self, text: str) -> str:
        """The likeliest states (Viterbi); of equally likely ones that whose letter comes later, as jieba has it."""
        begin, middle, end, single = self._emit
        e_b, s_b, b_m, m_m, b_e, m_e, e_s, s_s = self._ways
        never = self._never
        b, m, e, s = (self._start[state] + emit.get(text[0], never) for state, emit in zip("BMES", self._emit, strict=True))
        back: list[tuple[str, str, str, str]] = []
        for sign in text[1:]:
            seen_b, seen_m, seen_e, seen_s = begin.get(sign, never), middle.get(sign, never), end.get(sign, never), single.get(sign, never)
            of_eb, of_sb, of_bm, of_mm = e + e_b + seen_b, s + s_b + seen_b, b + b_m + seen_m, m + m_m + seen_m
            of_be, of_me, of_es, of_ss = b + b_e + seen_e, m + m_e + seen_e, e + e_s + seen_s, s + s_s + seen_s
            back.append((
                "S" if of_sb >= of_eb else "E", "M" if of_mm >= of_bm else "B", "M" if of_me >= of_be else "B", "S" if of_ss >= of_es else "E",
            ))  # fmt: skip
            b, m, e, s = max(of_eb, of_sb), max(of_bm, of_mm), max(of_be, of_me), max(of_es, of_ss)
        states = ["S" if s >= e else "E"]
        for before in reversed(back):
            states.append(before["BMES".index(states[-1])])
        return "".join(reversed(states))
