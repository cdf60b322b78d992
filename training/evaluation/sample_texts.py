"""Texts for measurements where no data set is at hand: words drawn by their frequency in jieba's dictionary, always the same."""

import random
from collections.abc import Iterator
from itertools import accumulate

PARTS = 40  # of a passage
WORDS = 4  # of a part


def passages(number: int, seed: int = 1) -> Iterator[tuple[str, str, str]]:
    """(name, title, text): about 300 characters each."""
    chance, draw = random.Random(seed), _drawer()
    for index in range(number):
        parts = ["".join(draw(chance, WORDS)) for _ in range(PARTS)]
        yield f"sample {index}", "".join(draw(chance, 3)), "。".join("，".join(parts[at : at + 4]) for at in range(0, PARTS, 4)) + "。"


def questions(number: int, seed: int = 2) -> list[str]:
    chance, draw = random.Random(seed), _drawer()
    return ["".join(draw(chance, 5)) + "？" for _ in range(number)]


def _drawer():
    from jieba import get_dict_file

    with get_dict_file() as file:
        rows = [line.decode().split() for line in file]
    known = [row[0] for row in rows]
    weights = list(accumulate(int(row[1]) for row in rows))
    return lambda chance, count: chance.choices(known, cum_weights=weights, k=count)
