"""The wordings of manifests, and what counts as found, missing and harmed."""

import json

import pytest

from scrm.core.errors import Invalid
from training.evaluation.document_sets import Sample, missing, normal, samples
from training.evaluation.ingestion import Outcome, figures


def sample(*wanted: str, compare: str = "exact", hostile: bool = False) -> Sample:
    return Sample("files/a.pdf", None, wanted, compare, hostile)


@pytest.mark.parametrize(
    ("compare", "text", "expected"),
    [
        ("exact", " 地 址: ⻩浦 ", " 地 址: ⻩浦 "),
        ("decode as GB18030", "注意 事项", "注意 事项"),
        ("after removing spaces", "地 址:\n⻩浦", "地址:⻩浦"),
        ("after HTML-to-text, whitespace removed", "计费 方式\u3000如下", "计费方式如下"),
        ("after NFKC + CJK-radical map, no spaces", "⻩浦 ⼤都市：Ａ", "黄浦大都市:A"),
        ("needs OCR (strings read by eye from the image)", "合计：１０ 元", "合计:10元"),
        ("case-insensitive, punctuation removed", "CDN, 加速。", "cdn 加速"),
        ("", "地 址", "地址"),
    ],
)
def test_the_wording_tells_how_to_compare(compare, text, expected):
    assert normal(compare)(text) == expected


def test_a_string_must_stand_within_one_chunk():
    assert missing(sample("退货政策", "七天"), ["我们的退货", "政策是七天"]) == ["退货政策"]


def test_figures_count_strings_and_harm():
    good = Outcome(sample("甲", "乙"), states=["published"], chunks=["甲"])
    refused = Outcome(sample(hostile=True), causes=["archive_bomb"])
    unclear = Outcome(sample(hostile=True), states=["failed"], causes=["internal"])
    lost = Outcome(sample(hostile=True))
    dead = Outcome(sample(hostile=True), states=["parsed"], problem="the worker died")
    result = figures([good, refused, unclear, lost, dead])
    assert (result["files"], result["found_rate"], result["hostile"], result["hostile_failures"]) == (5, 0.5, 4, 3)
    assert [line.get("hostile", line["missing"]) for line in result["failures"]] == [
        ["乙"],
        "no clear cause: internal",
        "lost",
        "the worker died",
    ]


def test_a_set_is_read_from_its_manifest(tmp_path):
    lines = [{"file": "a.txt", "must_contain": "甲", "hostile": False}, {"file": "b.zip", "must_contain": None, "hostile": True}]
    (tmp_path / "manifest.jsonl").write_text("\n".join(map(json.dumps, lines)) + "\n\n")
    assert [(each.name, each.wanted, each.hostile) for each in samples(tmp_path)] == [("a.txt", ("甲",), False), ("b.zip", (), True)]


@pytest.mark.parametrize("content", [None, "", "not json", '{"must_contain": []}'])
def test_a_set_that_can_not_be_read_says_so(tmp_path, content):
    if content is not None:
        (tmp_path / "manifest.jsonl").write_text(content)
    with pytest.raises(Invalid):
        samples(tmp_path)
