"""What in a sentence may be the answer to a question of its kind."""

import pytest

from conversations.bot.candidates import offers
from conversations.bot.cues import wanted


def offered(question: str, sentence: str) -> list[str]:
    return [sentence[start:end] for start, end in offers(wanted(question), sentence, question) or []]


@pytest.mark.parametrize(
    ("question", "sentence", "answer"),
    [
        ("空气炸锅的功率多大", "AF-350：容量 3.5 升，功率 1400 瓦。", "1400 瓦"),
        ("功率是多少", "额定功率 1.5kW，适合一到三人。", "1.5kW"),
        ("容量有多少", "AF-350：容量 3.5 升，功率 1400 瓦。", "3.5 升"),
        ("电池容量多少", "内置 5200 毫安时电池，2 小时充满。", "5200 毫安时"),
        ("净重多少", "净重 4.2 公斤，高 30 厘米。", "4.2 公斤"),
        ("扫地机有多高", "净重 4.2 公斤，高 9.6 厘米。", "9.6 厘米"),
        ("噪音多大", "运行时 58 dB，功率 40 瓦。", "58 dB"),
        ("刷新频率多少", "屏幕 144Hz，电池占比 12%。", "144Hz"),
        ("增长率是多少", "同比增长 12%，达到 40 亿元。", "12%"),
        ("滤芯容量大的那款多少钱", "3.5 升的 299 元。", "299 元"),
    ],
)
def test_an_amount_is_one_of_what_is_counted(question, sentence, answer):
    assert offered(question, sentence) == [answer]


def test_what_the_question_says_is_no_answer():
    assert offered("1400 瓦的功率够用吗，功率是多少", "功率 1400 瓦。") == []
