"""Words that texts use and the segmenter cuts apart. Pure counting, no database.

Neighbouring words are joined where they stand together far more often than chance (mutual information) and where what stands before and
after them varies (branching entropy): 扫地 + 机器人, not 的 + 机器人 and not 有限公 + 司.
Source of both measures: Sproat & Shih 1990; Huang & Powers 2003, and the many new-word finders that combine them.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

LEAST_SEEN = 5  # times
LEAST_INFORMATION = 3.0  # nats, of the weakest joint
LEAST_SHARE = 0.75  # or so much of what a joint could tell at most: counts in a small base
LEAST_VARIETY = 0.9  # nats, on the side that varies less
MOST_PIECES = 4
LONGEST = 8  # characters
MOST_CHARACTERS = 2_000_000  # of text that is counted

# Words of grammar and of talk: no new word begins or ends with one.
_GRAMMAR_WORDS = (
    "的 了 是 在 和 与 及 或 也 都 就 要 会 能 可 可以 不 没 没有 有 为 对 从 到 把 被 将 让 给 向 以 于 "
    "而 但 则 并 且 其 该 此 这 那 哪 每 各 某 我 你 您 他 她 它 我们 你们 他们 什么 怎么 如何 多少 几 吗 "
    "呢 吧 啊 呀 哦 请 请问 需要 进行 使用 通过 如果 因为 所以 由于 以及 之 者 所 上 下 中 里 内 外 前 后 时 "
    "个 一 二 三 两 第 等 做 用 来 去 再 又 还 很 最 更 已 已经 一个 这个 那个 一些 或者 应 应该 当 如 若 "
    "按 一下 哪些 哪个 为什么 是否 能否 之后 之前 以后 以前 时候 情况 问题 方面 部分 其他 其它 相关 以上 以下 点击 "
    "选择 "
)
_GRAMMAR = frozenset(_GRAMMAR_WORDS.split())
_HAN_RUN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]+")
_EDGE = "\n"


@dataclass(frozen=True)
class NewWord:
    """`information`: nats of the weakest joint; `variety`: nats on the side that varies less."""

    word: str
    seen: int
    information: float
    variety: float


def new_words(texts: Iterable[str], cut: Callable[[str], list[str]], most: int = 100) -> list[NewWord]:
    """The best candidates, most telling first. cut: a run of folded Chinese to words. texts: folded."""
    runs = _runs(texts, cut)
    single = Counter(piece for run in runs for piece in run)
    total = sum(single.values())
    frequent: dict[tuple[str, ...], int] = {(piece,): number for piece, number in single.items()}
    found: list[NewWord] = []
    for size in range(2, MOST_PIECES + 1):
        grams = _grams(runs, size, frequent)
        found += [word for gram, number in grams.items() if (word := _judged(gram, number, frequent, total))]
        frequent |= grams
        if not grams:
            break
    found = _with_variety(found, runs)
    found.sort(key=lambda each: -each.seen * each.information * each.variety)
    return _without_parts(found)[:most]


def _runs(texts: Iterable[str], cut: Callable[[str], list[str]]) -> list[list[str]]:
    runs, left = [], MOST_CHARACTERS
    for text in texts:
        for run in _HAN_RUN.findall(text[:left]):
            runs.append(cut(run))
        left -= len(text)
        if left <= 0:
            break
    return runs


def _grams(runs: list[list[str]], size: int, frequent: dict[tuple[str, ...], int]) -> dict[tuple[str, ...], int]:
    """Sequences of `size` words seen often enough; a longer one only if both its shorter ones are."""
    counts: Counter[tuple[str, ...]] = Counter()
    for run in runs:
        for start in range(len(run) - size + 1):
            gram = tuple(run[start : start + size])
            if sum(map(len, gram)) <= LONGEST and frequent.get(gram[1:], 0) >= LEAST_SEEN and frequent.get(gram[:-1], 0) >= LEAST_SEEN:
                counts[gram] += 1
    return {gram: number for gram, number in counts.items() if number >= LEAST_SEEN}


def _judged(gram: tuple[str, ...], seen: int, frequent: dict[tuple[str, ...], int], total: int) -> NewWord | None:
    if gram[0] in _GRAMMAR or gram[-1] in _GRAMMAR or not _GRAMMAR.isdisjoint(gram[1:-1]):
        return None
    joints = ((gram[:at], gram[at:]) for at in range(1, len(gram)))
    information = min(math.log(seen * total / (frequent[left] * frequent[right])) for left, right in joints)
    share = information / math.log(total / seen) if total > seen else 0.0
    return NewWord("".join(gram), seen, information, 0.0) if information >= LEAST_INFORMATION or share >= LEAST_SHARE else None


def _with_variety(words: list[NewWord], runs: list[list[str]]) -> list[NewWord]:
    """Those whose neighbours vary on both sides; the beginning and the end of a run are new neighbours each time."""
    wanted = {each.word: each for each in words}
    before: dict[str, Counter] = defaultdict(Counter)
    after: dict[str, Counter] = defaultdict(Counter)
    for number, run in enumerate(runs):
        for start in range(len(run)):
            joined = run[start]
            for end in range(start + 1, min(start + MOST_PIECES, len(run))):
                joined += run[end]
                if joined in wanted:
                    before[joined][run[start - 1] if start else f"{_EDGE}{number % 50}"] += 1
                    after[joined][run[end + 1] if end + 1 < len(run) else f"{_EDGE}{number % 50}"] += 1
    kept = []
    for word, each in wanted.items():
        variety = min(_entropy(before[word]), _entropy(after[word]))
        if variety >= LEAST_VARIETY:
            kept.append(NewWord(word, each.seen, each.information, variety))
    return kept


def _entropy(counts: Counter) -> float:
    total = sum(counts.values())
    return -sum(number / total * math.log(number / total) for number in counts.values()) if total else 0.0


def _without_parts(words: list[NewWord]) -> list[NewWord]:
    """A part that is hardly ever seen outside a longer word is not offered beside it."""
    kept = []
    for each in words:
        longer = sum(other.seen for other in words if each.word != other.word and each.word in other.word)
        if longer < 0.8 * each.seen:
            kept.append(each)
    return kept
