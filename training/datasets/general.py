"""Questions about anything, made of jieba's dictionary: what a trained encoder must go on understanding as before."""

import random
from functools import lru_cache
from itertools import accumulate

FORMS = (
    "{}是什么？", "{}怎么{}？", "如何{}{}", "{}和{}有什么区别", "为什么{}不能{}？", "{}需要多少钱", "{}在哪里可以{}？", "请问{}的{}怎么办理",
    "{}{}失败了怎么办？", "我的{}坏了，可以{}吗", "{}对{}有影响吗？", "{}一般多久能{}", "介绍一下{}", "{}的{}是谁", "哪种{}比较好？",
    "{}什么时候{}？",
)  # fmt: skip
NOUNS, VERBS = {"n", "nz", "nt", "vn", "ns"}, {"v", "vn"}
LEAST = 50  # times a word was seen in jieba's corpus


def general_questions(number: int, seed: int = 11) -> list[str]:
    """Always the same ones for a seed; nouns and verbs of every field, drawn by their frequency, in forms that customers use."""
    chance = random.Random(seed)
    nouns, verbs = _words()
    made = []
    for _ in range(number):
        form = chance.choice(FORMS)
        words = [_drawn(chance, nouns if place == 0 or chance.random() < 0.3 else verbs) for place in range(form.count("{}"))]
        made.append(form.format(*words))
    return made


def _drawn(chance: random.Random, words: tuple[list[str], list[float]]) -> str:
    return chance.choices(words[0], cum_weights=words[1])[0]


@lru_cache(maxsize=1)
def _words() -> tuple[tuple[list[str], list[float]], tuple[list[str], list[float]]]:
    from jieba import get_dict_file

    with get_dict_file() as file:
        rows = [line.decode().split() for line in file]
    known = [(word, int(count), tag) for word, count, tag, *_ in rows if len(word) > 1 and int(count) >= LEAST]
    return _weighted(known, NOUNS), _weighted(known, VERBS)


def _weighted(known: list[tuple[str, int, str]], tags: set[str]) -> tuple[list[str], list[float]]:
    """By the root of the frequency: common words first, and yet all fields."""
    chosen = [(word, count**0.5) for word, count, tag in known if tag in tags]
    return [word for word, _ in chosen], list(accumulate(weight for _, weight in chosen))
