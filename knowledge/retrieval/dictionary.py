"""The words a base's managers added: found in folded text, each at its place, overlapping ones too. No database here."""

from collections.abc import Iterable, Mapping

SHORTEST = 2  # characters of a word; the first two lead to it


class Dictionary:
    """Folded words to be kept whole, and for some of them others that mean the same.

    >>> Dictionary(["扫地机器人", "机器人"]).find("新款扫地机器人")
    ['扫地机器人', '机器人']
    """

    def __init__(self, words: Iterable[str], synonyms: Mapping[str, tuple[str, ...]] | None = None):
        self.words = frozenset(words)
        self.synonyms = dict(synonyms or {})
        self._lengths: dict[str, list[int]] = {}
        for word in self.words | self.synonyms.keys():
            self._lengths.setdefault(word[:SHORTEST], []).append(len(word))
        for key, lengths in self._lengths.items():
            self._lengths[key] = sorted(set(lengths), reverse=True)

    def __bool__(self) -> bool:
        return bool(self._lengths)

    def find(self, folded: str) -> list[str]:
        """The words to be kept whole, once for each place, in reading order."""
        return [word for word in self._matches(folded) if word in self.words]

    def others(self, folded: str) -> dict[str, tuple[str, ...]]:
        """Of the words in this text that have synonyms: word -> those others. Words within longer ones of them are left out."""
        found, covered = {}, 0
        for word, start in self._places(folded):
            if word in self.synonyms and start >= covered:
                found[word], covered = self.synonyms[word], start + len(word)
        return found

    def _matches(self, folded: str) -> list[str]:
        return [word for word, _start in self._places(folded)]

    def _places(self, folded: str) -> Iterable[tuple[str, int]]:
        """(word, offset), the longest first at each place. Letters and digits next to a word mean that it is another one."""
        for start in range(len(folded)):
            for size in self._lengths.get(folded[start : start + SHORTEST], ()):
                word = folded[start : start + size]
                if len(word) == size and (word in self.words or word in self.synonyms) and _stands_alone(folded, start, start + size):
                    yield word, start


def _stands_alone(text: str, start: int, end: int) -> bool:
    return not (_joined(text[start - 1 : start], text[start]) or _joined(text[end - 1], text[end : end + 1]))


def _joined(left: str, right: str) -> bool:
    """Whether two neighbours belong to one run of ASCII letters and digits."""
    return bool(left) and bool(right) and left.isascii() and left.isalnum() and right.isascii() and right.isalnum()


NO_WORDS = Dictionary(())
