"""What a customer types is a rating only when it can be nothing else."""

import pytest

from conversations.rating_words import Rating, click_of, is_comment, menu_of, typed_rating


@pytest.mark.parametrize(
    ("text", "rating"),
    [
        ("5", Rating(5)),
        (" ４分 ", Rating(4)),
        ("三星", Rating(3)),
        ("给", None),
        ("5分，回答很清楚", Rating(5, "回答很清楚")),
        ("2，等太久", Rating(2, "等太久")),
        ("1分等太久", Rating(1, "等太久")),
        ("满意", Rating(4)),
        ("非常不满意，没人理我", Rating(1, "没人理我")),
        ("满意的话给个好评", None),
        ("6", None),
        ("0", None),
        ("55", None),
        ("3件", None),
        ("3 号楼", None),
        ("5天能到吗", None),
        ("1，怎么退货", None),
        ("5，转人工", None),
        ("转人工", None),
        ("一直没收到", None),
        ("", None),
        ("好" * 600, None),
    ],
)
def test_of_five(text, rating):
    assert typed_rating(text, 5) == rating


@pytest.mark.parametrize(
    ("text", "rating"), [("满意", Rating(3)), ("一般。", Rating(2)), ("不满意，太慢", Rating(1, "太慢")), ("1", None), ("3", None)]
)
def test_of_three_only_words_count(text, rating):
    assert typed_rating(text, 3) == rating


@pytest.mark.parametrize(("text", "is_one"), [("客服很耐心", True), ("那运费谁出？", False), ("人工客服", False), (" ", False)])
def test_words_behind_a_rating(text, is_one):
    assert is_comment(text) is is_one


@pytest.mark.parametrize("scale", [3, 5])
def test_every_item_of_the_menu_is_read_back(scale):
    items = menu_of(7, scale)["items"]
    clicks = [click_of(item["id"]) for item in items]
    assert [(click.survey_id, click.score) for click in clicks] == [(7, score) for score in range(scale, 0, -1)]


@pytest.mark.parametrize("menu_id", ["csat_7_6", "csat_7_0", "csat_x_1", "fb_7_1", "", "csat_7_1_"])
def test_other_menus_are_no_clicks_of_ours(menu_id):
    assert click_of(menu_id) is None
