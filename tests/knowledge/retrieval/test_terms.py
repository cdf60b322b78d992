import os
import subprocess
import sys

import pytest

from knowledge.retrieval.terms import fold, term_id, words
from knowledge.types import TERM_SPACE


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("型号AB-1203的滤芯", "ab-1203"),
        ("固件v2.1.3已发布", "v2.1.3"),
        ("报错ERR_CONN_RESET怎么办", "err_conn_reset"),
        ("买了iPhone15Pro。", "iphone15pro"),
        ("访问10.0.0.1失败", "10.0.0.1"),
        ("用C++写的", "c++"),
        ("写信到kefu@example.com", "kefu@example.com"),
        ("文件config.yaml丢失", "config.yaml"),
    ],
)
def test_codes_stay_whole(text, whole):
    assert whole in words(text)


@pytest.mark.parametrize(
    ("code", "parts"),
    [
        ("AB-1203", {"ab", "1203"}),
        ("ERR_CONN_RESET", {"err", "conn", "reset"}),
        ("iPhone15Pro", {"iphone", "15", "pro"}),
        ("10.0.0.1", {"10", "0", "1"}),
    ],
)
def test_codes_give_their_parts_besides(code, parts):
    assert parts < set(words(code))


def test_long_chinese_words_give_their_parts():
    assert {"北京", "大学", "北京大学"} <= set(words("北京大学"))


def test_full_width_and_case_are_folded():
    assert words("ＡＢ－１２０３") == words("ab-1203")
    assert fold("ＰＤＦ①") == "pdf1"


def test_punctuation_alone_is_no_word():
    assert words("，。！？……—— ___ --- 《》") == []


def test_slashes_separate_alternatives():
    assert words("stable/testing") == ["stable", "testing"]


def test_a_monster_without_spaces_is_not_kept_whole():
    assert max(map(len, words("a1_" * 5000))) <= 64


def test_term_ids_are_the_same_in_every_process():
    program = "import django; django.setup(); from knowledge.retrieval.terms import term_id; print(term_id('退货'))"
    environment = {**os.environ, "PYTHONHASHSEED": "7", "PYTHONPATH": ".", "DJANGO_SETTINGS_MODULE": "scrm.settings.test"}
    fresh = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=environment)
    assert int(fresh.stdout) == term_id("退货")
    assert 1 <= term_id("退货") <= TERM_SPACE
