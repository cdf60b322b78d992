"""Where the words that a passage was found by stand in it."""

import re
from collections.abc import Iterable, Iterator

from knowledge.retrieval.terms import HAN, fold

_HAN = re.compile(rf"[{HAN}]+")


def marks(text: str, words: Iterable[str]) -> list[tuple[int, int]]:
    """[start, end) stretches of `text` in reading order, none touching another.

    words: as Hit.matched gives them, folded. They are found in any width, case or script. A single Chinese character is marked only
    where nothing longer is: characters such as 的 stand everywhere and explain nothing.
    """
    wanted = {word for word in words if word.strip()}
    longer = {word for word in wanted if len(word) > 1 or not _HAN.fullmatch(word)}
    folded, origin = _folded(text)
    found = sorted(place for word in wanted for place in _places(folded, word))
    whole = _joined(place for place in found if folded[slice(*place)] in longer) or _joined(found)
    return [(origin[start], origin[end - 1] + 1) for start, end in whole]


def _folded(text: str) -> tuple[str, list[int]]:
    """The folded text, and for each of its characters where it comes from."""
    folded = fold(text)
    if len(folded) == len(text):
        return folded, list(range(len(text)))
    pieces = [(fold(character), place) for place, character in enumerate(text)]
    return "".join(piece for piece, _ in pieces), [place for piece, place in pieces for _ in piece]


def _places(folded: str, word: str) -> Iterator[tuple[int, int]]:
    return (match.span() for match in re.finditer(_edge(word[0], before=True) + re.escape(word) + _edge(word[-1], before=False), folded))


def _edge(character: str, *, before: bool) -> str:
    """`15` is a word of `iphone15pro` and none of `2015`: a code's word ends where letters turn to digits or the other way."""
    if not character.isascii() or not character.isalnum():
        return ""
    same = "[0-9]" if character.isdigit() else "[a-z]"
    return f"(?<!{same})" if before else f"(?!{same})"


def _joined(places: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in places:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
