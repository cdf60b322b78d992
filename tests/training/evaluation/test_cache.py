"""evaluate cache: the product's own decision over a file of pairs and a stream."""

import json

import pytest

from scrm.core.errors import Invalid
from tests.knowledge.conftest import endpoint, release  # noqa: F401
from training.evaluation import cache


@pytest.fixture(autouse=True)
def near(db, release, monkeypatch):  # noqa: F811
    """The endpoint's vectors come from a hash of the text: here words alone decide."""
    monkeypatch.setattr("conversations.bot.alike.LEAST_COSINE", -1.0)


def written(path, rows):
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n", encoding="utf-8")
    return path


def test_pairs_give_precision_and_recall(tmp_path):
    rows = [
        {"a": "怎么申请退货？", "b": "如何申请退货", "label": 1},
        {"a": "怎么申请换货？", "b": "如何申请换货", "label": 0},
        {"a": "怎么开发票", "b": "发票如何开具", "label": 1},
        {"a": "5天能退吗", "b": "6天能退吗", "label": 0},
    ]
    found = cache.evaluate_pairs(written(tmp_path / "pairs.jsonl", rows), print)
    assert found == {"precision": 0.5, "recall": 0.5, "threshold": 0.95, "pairs": 4, "hits": 2, "wrong": 1}


def test_a_stream_is_answered_from_its_seeds(tmp_path):
    rows = [
        {"group": 1, "kind": "seed", "text": "怎么申请退货？"},
        {"group": 2, "kind": "seed", "text": "怎么申请换货？"},
        {"group": 1, "kind": "paraphrase", "text": "如何申请退货"},
        {"group": 2, "kind": "paraphrase", "text": "我要换东西"},
        {"group": 2, "kind": "near_miss", "text": "怎么取消换货？"},
    ]
    found = cache.evaluate_stream(written(tmp_path / "stream.jsonl", rows), print)
    assert (found["precision"], found["hit_rate"], found["false_hit_rate"], found["hits_on_other_groups"]) == (1.0, 0.5, 0.0, 0)


@pytest.mark.parametrize("line", ["no json", '{"a": "x"}', '["a"]'])
def test_a_bad_line_is_named(tmp_path, line):
    (tmp_path / "pairs.jsonl").write_text(line, encoding="utf-8")
    with pytest.raises(Invalid, match="1"):
        cache.evaluate_pairs(tmp_path / "pairs.jsonl", print)


def test_one_of_the_two_must_be_given():
    with pytest.raises(Invalid):
        cache.evaluate_cache({"pairs": None, "stream": None}, print)
