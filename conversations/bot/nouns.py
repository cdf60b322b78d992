"""Names and other nouns of a sentence: what it speaks of must be what its source speaks of."""

import threading
from functools import lru_cache
from pathlib import Path

from conversations.bot.cues import KIND_NOUNS, QUESTION_WORDS
from conversations.bot.words import segments


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Nouns that a writer may add without saying anything new.
_GENERIC = _set(
    "用户 顾客 客户 产品 商品 情况 时间 期间 方式 问题 信息 内容 服务 时候 以下 同时 条件 方面 要求 资料 文档 规定 说明 范围 标准 具体 部分 "
    "相关 亲爱 您好 根据 其中 一般 通常 总之 结果 答案 原因 例如 比如 目前 现在 当时 之后 之前 期限 费用 价格 数量 名称 操作 步骤 方法 功能 "
    "页面 系统 上午 下午 早上 晚上"
)
_NOUN_TAGS = ("n", "t", "s", "j", "vn", "eng", "x")
_lock = threading.Lock()


def nouns_of(sentence: str) -> list[str]:
    """Words of two characters and more that name something, in order; those that say nothing new left out."""
    others = _not_nouns()
    found = (word for _start, word in segments(sentence) if len(word) > 1 and word not in others)
    return [word for word in dict.fromkeys(found) if word not in _GENERIC and word not in KIND_NOUNS and word not in QUESTION_WORDS]


def _not_nouns() -> frozenset[str]:
    with _lock:
        return _read_table()


@lru_cache(maxsize=1)
def _read_table() -> frozenset[str]:
    """Words of jieba's dictionary whose part of speech is no noun: 90,000, read once in a second. Words it lacks count as names."""
    import jieba

    table = Path(jieba.__file__).with_name("dict.txt").read_text(encoding="utf-8")
    rows = (line.split(" ") for line in table.splitlines())
    return frozenset(word for word, _count, tag in rows if len(word) > 1 and not tag.startswith(_NOUN_TAGS))
