"""What of a sentence must be in its source exactly: figures with their units, dates, times, codes and foreign words."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from conversations.bot.numerals import plain_numbers
from conversations.bot.words import VARIANT, names
from knowledge.text import fold

_ALIASES = {
    "天": "天 日 自然日", "工作日": "工作日", "小时": "小时 钟头 h", "分钟": "分钟 min", "秒": "秒 s", "周": "周 星期 礼拜", "个月": "个月",
    "年": "年", "元": "元 块 块钱 圆 人民币 rmb", "美元": "美元 美金", "欧元": "欧元", "港元": "港元 港币", "英镑": "英镑", "日元": "日元",
    "克": "克 g", "千克": "千克 公斤 kg", "斤": "斤", "吨": "吨", "毫克": "毫克 mg", "米": "米 m", "厘米": "厘米 公分 cm", "毫米": "毫米 mm",
    "公里": "公里 千米 km", "毫升": "毫升 ml", "升": "升 l", "%": "%", "‰": "‰", "折": "折", "瓦": "瓦 w", "千瓦": "千瓦 kw", "伏": "伏 v",
    "毫安时": "毫安时 毫安 mah", "kb": "kb", "mb": "mb", "gb": "gb", "tb": "tb", "人": "人 名 位", "次": "次 遍", "度": "度 ℃ °c 摄氏度",
    "个": "个 件 只 条 张 台 套 部 支 款 种 枚 颗 辆 箱 盒 瓶 包 份", "家": "家", "级": "级", "号": "号", "岁": "岁", "页": "页", "倍": "倍",
    "月": "月", "期": "期", "层": "层 楼", "项": "项", "寸": "寸 英寸", "平方米": "平方米 平米", "门": "门", "届": "届", "强": "强", "票": "票", "分": "分",
}  # fmt: skip
_UNIT = {alias: unit for unit, aliases in _ALIASES.items() for alias in aliases.split()}
_UNITS = "|".join(sorted(map(re.escape, _UNIT), key=len, reverse=True))
_READ = " | "  # stands where something was read, so that what was before it and behind it do not become one
_LETTERS_AFTER = r"(?![a-z])"

_DATE = re.compile(r"(?P<y>\d{4})\s*(?:年|[-/.])\s*(?P<m>\d{1,2})(?:\s*(?:月|[-/.])\s*(?:(?P<d>\d{1,2})\s*[日号]?)?)?(?!\d)")
_DAY = re.compile(r"(?<!\d)(?P<m>\d{1,2})\s*月\s*(?P<d>\d{1,2})\s*[日号]?")
_LATE = r"(?:上午|早上|早晨|(?P<late>下午|晚上|傍晚|晚))?\s*"
_TIME = re.compile(
    rf"{_LATE}(?<![\d.])(?P<h>[01]?\d|2[0-4])(?:\s*[:：]\s*(?P<m>[0-5]\d)|\s*[点时](?!间|候|长|刻|起)(?:\s*(?P<half>半)|(?P<min>[0-5]?\d)分?|整)?)"
)
_RANGE = re.compile(rf"(\d+(?:\.\d+)?)\s*(?:-|~|—+|–|至|到)\s*(\d+(?:\.\d+)?)\s*(个?(?:{_UNITS}){_LETTERS_AFTER})")
_MONEY = re.compile(r"[¥￥]\s*(\d+(?:\.\d+)?)(?!\s*(?:元|块))")
_TOKEN = re.compile(rf"[a-z0-9]+(?:[-_./@:+'&][a-z0-9]+)*\+*(?:(?<=\d) ?{VARIANT})*")
_FIGURE = re.compile(rf"(?P<n>\d+(?:\.\d+)?)\s*(?:个(?=(?:{_UNITS})))?(?P<unit>(?:个月|{_UNITS}){_LETTERS_AFTER})?")
_ORDINAL = re.compile(r"第\s*(?P<n>\d+)")
_QUANTITY = re.compile(rf"\d+(?:\.\d+)?(?:{_UNITS})")
_TITLE = re.compile(r"[“「『《\"](?P<said>[^”」』》\"\n]{2,40})[”」』》\"]")


@dataclass(frozen=True)
class Fact:
    """`kind`: figure, date, time, code, word or title; `value` in its one spelling; `unit` of a figure, "" when it has none."""

    kind: str
    value: str
    unit: str = ""

    def __str__(self) -> str:
        return f"{self.value}{self.unit}"


def plain(text: str) -> str:
    """Folded, numbers in digits, times of the day as 18:30, ranges written out: 3-5天 is 3天至5天."""
    text = _MONEY.sub(r"\1元", plain_numbers(fold(text)))
    return _RANGE.sub(r"\1\3至\2\3", _TIME.sub(_clock, text))


def facts_of(text: str) -> list[Fact]:
    """All of a plain text, in no order."""
    rest = text
    found: list[Fact] = [Fact("title", "".join(match["said"].split())) for match in _TITLE.finditer(text)]
    for pattern, read in ((_DATE, _dates), (_DAY, _days), (_TIME, _times)):
        for match in pattern.finditer(rest):
            found += read(match)
        rest = pattern.sub(_READ, rest)
    codes = [match for match in _TOKEN.finditer(rest) if _is_code(match[0])]
    found += [fact for match in codes for fact in _written(match[0])]
    for match in reversed(codes):
        rest = rest[: match.start()] + _READ + rest[match.end() :]
    found += [Fact("figure", _number(match["n"]), "第") for match in _ORDINAL.finditer(rest)]
    rest = _ORDINAL.sub(_READ, rest)
    found += [Fact("figure", _number(match["n"]), _UNIT.get(match["unit"] or "", "")) for match in _FIGURE.finditer(rest)]
    return found


def lacking(source: str, facts: list[Fact]) -> Iterator[Fact]:
    """Those of the facts that the (plain) source does not have."""
    known = facts_of(source)
    figures: dict[str, set[str]] = {}
    for fact in known:
        if fact.kind == "figure":
            figures.setdefault(fact.value, set()).add(fact.unit)
    others, letters = {(fact.kind, fact.value) for fact in known}, "".join(source.split())
    for fact in facts:
        if fact.kind == "figure":
            there = _figure_there(fact, figures.get(fact.value, set()), source)
        elif fact.kind in ("code", "word"):
            there = names(source, fact.value)
        elif fact.kind == "title":
            there = fact.value in letters
        else:
            there = (fact.kind, fact.value) in others
        if not there:
            yield fact


def _figure_there(fact: Fact, units: set[str], source: str) -> bool:
    """The same figure with the same unit; a bare one (a table's cell) with the unit somewhere about."""
    if fact.unit in units or (not fact.unit and units):
        return True
    return "" in units and any(alias in source for alias in _ALIASES.get(fact.unit, "").split())


def _dates(match: re.Match[str]) -> list[Fact]:
    year, month, day = int(match["y"]), int(match["m"]), match["d"]
    facts = [Fact("figure", str(year), "年"), Fact("figure", str(month), "月"), Fact("date", f"{year}-{month}")]
    return facts + ([Fact("date", f"{year}-{month}-{int(day)}"), Fact("date", f"{month}-{int(day)}")] if day else [])


def _days(match: re.Match[str]) -> list[Fact]:
    return [Fact("date", f"{int(match['m'])}-{int(match['d'])}"), Fact("figure", str(int(match["m"])), "月")]


def _times(match: re.Match[str]) -> list[Fact]:
    return [Fact("time", _clock(match))]


def _clock(match: re.Match[str]) -> str:
    minute = int(match["m"] or match["min"] or (30 if match["half"] else 0))
    hour = int(match["h"]) + (12 if match["late"] and int(match["h"]) < 12 else 0)
    return f"{hour}:{minute:02d}"


def _is_code(token: str) -> bool:
    """Letters at all, or digits joined by signs (a telephone, a version); not a quantity, not a decimal."""
    return not _QUANTITY.fullmatch(token) and not re.fullmatch(r"\d+(?:\.\d+)?", token)


def _written(token: str) -> list[Fact]:
    if re.search(r"\d", token):
        return [Fact("code", token)]
    return [Fact("word", part) for part in re.findall(r"[a-z]{2,}", token)]


def _number(digits: str) -> str:
    return f"{Decimal(digits).normalize():f}"
