"""Pairs that a writer is trained with."""

import json

import pytest
from django.conf import settings

from scrm.core.errors import Invalid
from training.trainers.writer.pairs import LONGEST_PASSAGE, Pair, read, split


@pytest.fixture
def file(tmp_path):
    def write(*rows):
        path = tmp_path / "pairs.jsonl"
        path.write_text("\n".join(row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
        return path

    return write


def test_a_question_with_passages_and_answer(file):
    assert read(file({"question": "保修多久？", "passages": ["保修两年。"], "answer": "两年"})) == [
        Pair("保修多久？", ("保修两年。",), "两年")
    ]


def test_the_prompt_is_the_products_template():
    prompt = Pair("保修多久？", ("保修两年。", "七天退货。"), "两年").prompt
    assert [
        prompt.index(words) for words in ("用户问题", "保修多久", "检索内容", "[1] 保修两年", "[2] 七天退货", "请根据上述内容回答")
    ] == sorted(prompt.index(words) for words in ("用户问题", "保修多久", "检索内容", "[1] 保修两年", "[2] 七天退货", "请根据上述内容回答"))


def test_an_answer_set_teaches_the_answer_and_the_refusal(file):
    row = {
        "query": "谁写的？",
        "answers": [["鲁迅", "周树人"]],
        "positive": ["甲" * 400 + "鲁迅写的" + "乙" * 400],
        "negative": ["不相干。"],
    }
    answered, refused = read(file(row))
    assert (answered.answer, refused.answer) == ("鲁迅", settings.REFUSAL_TEXT)
    assert "鲁迅" in answered.passages[0]
    assert len(answered.passages[0]) <= LONGEST_PASSAGE
    assert [answered.is_answered_by(said) for said in ("是周树人。", "老舍")] == [True, False]


def test_a_dialogue_gives_what_agents_said_to_what_customers_said(file):
    turns = [("用户", "我的快递呢"), ("客服", "正在为您查询物流"), ("客服", "请稍等一下哦"), ("用户", "好"), ("客服", "好")]
    row = {"key_turns": [{"role": role, "text": text} for role, text in turns]}
    assert [(pair.question, pair.answer) for pair in read(file(row))] == [("我的快递呢", "正在为您查询物流")]


def test_personal_data_is_masked(file):
    (pair,) = read(file({"question": "我的电话13800138000", "passages": [], "answer": "已记录13800138000"}))
    assert "13800138000" not in pair.question + pair.answer


@pytest.mark.parametrize("line", ["{", '{"question": "一"}', "[]", '{"key_turns": 3}'])
def test_a_line_that_is_none_is_named(file, line):
    with pytest.raises(Invalid, match="2"):
        read(file({"question": "一", "passages": [], "answer": "二"}, line))


def test_all_pairs_of_a_question_are_on_one_side():
    pairs = [Pair(f"问{number // 2}", (), str(number)) for number in range(40)]
    training, held_out = split(pairs)
    assert {pair.question for pair in training}.isdisjoint(pair.question for pair in held_out)
    assert (len(training), len(held_out)) == (32, 8)
    assert split(pairs) == (training, held_out)
