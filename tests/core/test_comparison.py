"""What the page of differences shows."""

import time

import pytest

from scrm.core.comparison import MOST_PARAGRAPHS, Change, compare


def shown(before: str, after: str) -> list[str]:
    """Each paragraph with its marks: {+ +} put in, [- -] taken out."""
    marks = {Change.SAME: "{}", Change.NEW: "{{+{}+}}", Change.GONE: "[-{}-]"}
    return [
        f"…{paragraph.skipped}" if paragraph.skipped else "".join(marks[run.change].format(run.text) for run in paragraph.runs)
        for paragraph in compare(before, after).paragraphs
    ]


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [
        ("签收七天内可以退货。", "签收十五天内可以退货。", "签收[-七-]{+十五+}天内可以退货。"),
        ("滤芯的价格是 99 元。", "滤芯的价格是 129 元。", "滤芯的价格是 [-99-]{+129+} 元。"),
        ("型号 AB-1203 保修两年。", "型号 AB-1204 保修两年。", "型号 [-AB-1203-]{+AB-1204+} 保修两年。"),
        ("运费由买家承担。", "运费由买家承担，质量问题除外。", "运费由买家承担{+，质量问题除外+}。"),
        ("The fee is 5 dollars.", "The fee is 15 dollars.", "The fee is [-5-]{+15+} dollars."),
    ],
)
def test_the_words_that_differ_are_marked(before, after, line):
    assert shown(before, after) == [line]


def test_paragraphs_that_came_and_went():
    assert shown("甲的内容。\n\n乙的事情。", "甲的内容。\n\n完全不同的一段话，讲的是配送。\n\n乙的事情。") == [
        "甲的内容。", "{+完全不同的一段话，讲的是配送。+}", "乙的事情。",
    ]  # fmt: skip
    assert shown("甲的内容。\n乙的事情。", "甲的内容。") == ["甲的内容。", "[-乙的事情。-]"]


def test_one_unchanged_character_between_two_changes_is_no_island():
    assert shown("价格九的元钱左右每件商品", "价格八的块钱左右每件商品") == ["价格[-九的元-]{+八的块+}钱左右每件商品"]


def test_unchanged_stretches_are_folded():
    lines = [f"第{n}条规定的内容。" for n in range(20)]
    changed = [*lines[:10], "第十条改成了别的。", *lines[11:]]
    assert shown("\n".join(lines), "\n".join(changed))[::4] == ["…9", "…8"]


def test_counts_and_identity():
    comparison = compare("甲的第一段\n乙乙乙乙", "甲的第二段\n丙丁戊己\n庚辛壬癸")
    assert (comparison.changed, comparison.gone, comparison.new) == (1, 1, 2)
    assert compare("甲\n\n乙", " 甲 \n乙\n").identical


@pytest.mark.parametrize(("before", "after"), [("", ""), ("", "甲"), ("甲", ""), ("\n\n", "甲\n乙")])
def test_empty_texts(before, after):
    comparison = compare(before, after)
    assert comparison.new == len(after.split())
    assert comparison.gone == len(before.split())


def test_nothing_is_lost():
    before = "\n".join(f"第{n}条：金额为 {n * 7 % 13} 元。" for n in range(60))
    after = "\n".join(f"第{n}条：金额为 {n * 5 % 11} 元。" for n in range(0, 70, 2))
    runs = [run for paragraph in compare(before, after).paragraphs for run in paragraph.runs]
    assert all(run.text in before for run in runs if run.change == Change.GONE)
    assert all(run.text in after for run in runs if run.change == Change.NEW)


def test_texts_that_are_too_large_are_not_compared():
    assert compare("甲\n" * (MOST_PARAGRAPHS + 2), "乙\n" * (MOST_PARAGRAPHS + 1)).too_large
    assert compare("甲" * 300_000, "乙" * 300_000).too_large


@pytest.mark.parametrize("line", ["同一行", "第{n}行的内容说的是第{n}件事"])
def test_the_worst_that_is_compared_takes_seconds(line):
    before = "\n".join(line.format(n=n) for n in range(MOST_PARAGRAPHS - 1))
    after = "\n".join(["开头", *(line.format(n=n * 2) for n in range(MOST_PARAGRAPHS - 3)), "结尾"])
    began = time.perf_counter()
    compare(before, after)
    assert time.perf_counter() - began < 20
