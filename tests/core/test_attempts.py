"""Whatever goes wrong, whoever waits hears of it."""

import logging

from scrm.core.attempts import UNEXPECTED, attempted
from scrm.core.errors import Invalid


def refuse():
    raise Invalid("Choose a base.")


def test_what_the_work_gives_comes_back():
    assert attempted(lambda: False, what="work") == (False, None)


def test_a_known_error_is_told_in_its_own_words():
    assert attempted(refuse, what="work") == (None, "Choose a base.")


def test_an_unknown_one_is_told_in_general_and_written_into_the_log(caplog):
    with caplog.at_level(logging.ERROR):
        assert attempted(lambda: 1 / 0, what="question 7") == (None, str(UNEXPECTED))
    assert "question 7 failed" in caplog.text
    assert "ZeroDivisionError" in caplog.text
