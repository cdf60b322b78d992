"""Our cutting gives what jieba's gives, word for word."""

import random
import re
from collections.abc import Callable

import pytest

from knowledge.retrieval.cutting import Cutter
from knowledge.retrieval.terms import segmenter
from training.evaluation import sample_texts

RUN = re.compile(r"[\u4e00-\u9fff]+")
OTHERS = "々〇㐀\U00020000豈鿿"  # Chinese characters that jieba does not know


@pytest.fixture(scope="module")
def jieba() -> Callable[[str], list[str]]:
    return segmenter().lcut_for_search


@pytest.fixture(scope="module")
def ours() -> Callable[[str], list[str]]:
    return Cutter(segmenter()).search_words


def test_passages_are_cut_alike_once_and_again(jieba, ours):
    runs = [run for _name, _title, text in sample_texts.passages(200) for run in RUN.findall(text)]
    assert len(runs) > 5_000
    assert [run for run in runs if ours(run) != jieba(run)] == []
    assert [run for run in runs if ours(run) != jieba(run)] == []  # now remembered


def test_any_characters_are_cut_alike(jieba, ours):
    chance = random.Random(1)
    common = sorted(set("".join(text for _name, _title, text in sample_texts.passages(50))) - set("，。"))
    rare = [chr(code) for code in range(0x4E00, 0xA000)] + list(OTHERS)
    runs = ["".join(chance.choice(rare if chance.random() < 0.3 else common) for _ in range(chance.randint(1, 40))) for _ in range(3_000)]
    assert [run for run in runs if ours(run) != jieba(run)] == []


@pytest.mark.parametrize(
    "run", ["", "货", "退货", "中华人民共和国国歌", "々〇", "一一一一一一一一一", "豈有此理", "张三丰李四光王五", "的了在是我"]
)
def test_edges_are_cut_alike(jieba, ours, run):
    assert ours(run) == jieba(run)


def test_a_long_run_without_known_words_is_cut_alike(jieba, ours):
    run = "龘靐齉爨" * 500
    assert ours(run) == jieba(run)
