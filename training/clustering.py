"""Which questions ask the same, by their characters: for lists that people read, where a wrong neighbour costs a look."""

from collections.abc import Iterable

ALIKE = 0.5  # share of pairs of characters in common, of both texts (Dice 1945)
_SIGNS = frozenset(" \t\r\n，。！？、；：,.!?;:~～…“”\"'（）()吗呢啊呀吧的了请问你们我想")


def pairs_of(text: str) -> frozenset[str]:
    """Pairs of neighbouring characters, without signs, courtesies and particles."""
    plain = "".join(letter for letter in text.lower() if letter not in _SIGNS)
    return frozenset(plain[at : at + 2] for at in range(len(plain) - 1)) or frozenset([plain])


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """0-1."""
    return 2 * len(one & other) / (len(one) + len(other)) if one and other else 0.0


def nearest(text: str, groups: Iterable[tuple[int, Iterable[frozenset[str]]]]) -> int | None:
    """The group with the most alike text, None when no text is alike enough. `groups`: (id, pairs of its texts)."""
    pairs = pairs_of(text)
    scored = ((max((likeness(pairs, each) for each in texts), default=0.0), group) for group, texts in groups)
    best = max(scored, default=(0.0, 0), key=lambda one: (one[0], -one[1]))
    return best[1] if best[0] >= ALIKE else None
