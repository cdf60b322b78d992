import pytest

from knowledge.retrieval.dictionary import NO_WORDS, Dictionary
from knowledge.retrieval.terms import fold, words


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("新款云朵扫地机器人", ["云朵扫地机器人", "扫地机器人"]),
        ("x9 pro和x9 prox", ["x9 pro"]),
        ("ax9 pro", []),
        ("X9　Pro", ["x9 pro"]),
        ("扫地机", []),
        ("", []),
    ],
)
def test_words_are_found_where_they_stand_alone(text, found):
    assert Dictionary(["云朵扫地机器人", "扫地机器人", "x9 pro"]).find(fold(text)) == found


def test_the_longest_word_with_synonyms_counts():
    dictionary = Dictionary((), {"运费": ("邮费",), "运费险": ("退货险",)})
    assert dictionary.others("运费险和运费") == {"运费险": ("退货险",), "运费": ("邮费",)}
    assert dictionary.others("有运费险吗") == {"运费险": ("退货险",)}


def test_a_word_that_is_cut_whole_anyway_is_not_counted_twice():
    assert words("机器人", Dictionary(["机器人"])) == words("机器人")


def test_parts_stay_beside_the_whole_word():
    plain = words("云朵净扫机")
    assert words("雲朵淨掃機", Dictionary(["云朵净扫机"])) == [*plain, "云朵净扫机"]


def test_an_empty_dictionary_changes_nothing():
    assert not NO_WORDS
    assert words("退货运费", NO_WORDS) == words("退货运费")
