"""Numbers that mean something: durations, amounts, shares, dates, clock times, telephone numbers, in one spelling."""

import re
from dataclasses import dataclass

_DIGITS = "〇零一二两三四五六七八九"
_VALUES = (
    {sign: max(0, place - 1) for place, sign in enumerate(_DIGITS)} | {"两": 2} | {sign: n for n, sign in enumerate("三四五六七八九", 3)}
)
_TENS = {"十": 10, "百": 100, "千": 1_000, "万": 10_000}
_HAN_NUMBER = rf"[{_DIGITS}十百千万半]+"
_NUMBER = rf"(?:\d+(?:,\d{{3}})*(?:\.\d+)?|{_HAN_NUMBER})"

# unit -> (kind, factor); only quantities of one kind are compared.
_UNITS: dict[str, tuple[str, float]] = {
    "秒": ("hours", 1 / 3600), "分钟": ("hours", 1 / 60), "小时": ("hours", 1), "个小时": ("hours", 1), "钟头": ("hours", 1), "个钟头": ("hours", 1),
    "天": ("hours", 24), "日": ("hours", 24), "个自然日": ("hours", 24), "自然日": ("hours", 24), "周": ("hours", 168), "星期": ("hours", 168),
    "个星期": ("hours", 168), "个工作日": ("workdays", 1), "工作日": ("workdays", 1), "个工作天": ("workdays", 1), "个月": ("months", 1),
    "年": ("months", 12), "个季度": ("months", 3), "万元": ("yuan", 10_000), "元": ("yuan", 1), "块": ("yuan", 1), "块钱": ("yuan", 1), "rmb": ("yuan", 1),
    "人民币": ("yuan", 1), "美元": ("dollar", 1), "%": ("percent", 1), "折": ("discount", 1), "倍": ("times", 1), "公斤": ("kg", 1), "千克": ("kg", 1),
    "kg": ("kg", 1), "斤": ("kg", 0.5), "克": ("kg", 0.001), "g": ("kg", 0.001), "吨": ("kg", 1000), "公里": ("m", 1000), "千米": ("m", 1000), "km": ("m", 1000),
    "米": ("m", 1), "厘米": ("m", 0.01), "cm": ("m", 0.01), "毫米": ("m", 0.001), "mm": ("m", 0.001), "毫升": ("l", 0.001), "ml": ("l", 0.001), "升": ("l", 1),
    "l": ("l", 1), "瓦": ("w", 1), "w": ("w", 1), "kw": ("w", 1000), "千瓦": ("w", 1000), "v": ("v", 1), "伏": ("v", 1), "mah": ("mah", 1), "毫安": ("mah", 1),
    "gb": ("gb", 1), "tb": ("gb", 1024), "mb": ("gb", 1 / 1024), "℃": ("degree", 1), "度": ("degree", 1), "积分": ("points", 1), "分": ("points", 1),
    "次": ("次", 1), "件": ("件", 1), "台": ("台", 1), "人": ("人", 1), "名": ("人", 1), "位": ("人", 1), "份": ("份", 1), "张": ("张", 1), "家": ("家", 1),
    "套": ("套", 1), "箱": ("箱", 1), "包": ("包", 1), "层": ("层", 1), "页": ("页", 1), "条": ("条", 1), "款": ("款", 1), "种": ("种", 1), "级": ("级", 1), "个": ("个", 1),
}  # fmt: skip
_UNIT = "|".join(
    re.escape(unit) + ("(?![a-z])" if unit.isascii() and unit.isalpha() else "") for unit in sorted(_UNITS, key=len, reverse=True)
)
_RANGE = r"\s*(?:-|~|至|到|—|–)+\s*"

_PATTERN = re.compile(
    rf"""(?P<ordinal>第\s*{_NUMBER}\s*[\u4e00-\u9fff]?)
    |(?P<date>(?P<y>(?:19|20)\d\d)\s*(?:年|[-/.](?=\d))\s*(?:(?P<m>\d{{1,2}})(?:\s*月(?:份|底|初)?|[-/.](?=\d))(?:\s*(?P<d>\d{{1,2}})\s*[日号]?)?)?)
    |(?P<day>(?P<m2>\d{{1,2}})\s*月\s*(?P<d2>\d{{1,2}})\s*[日号])
    |(?P<clock>(?P<h1>\d{{1,2}})[:：](?P<i1>\d\d)(?:{_RANGE}(?P<h2>\d{{1,2}})[:：](?P<i2>\d\d))?)
    |(?P<phone>(?<!\d)(?:1[3-9]\d{{9}}|[48]00[-\s]?\d{{3,4}}[-\s]?\d{{3,4}}|0\d{{2,3}}-\d{{7,8}}|(?:(?<=电话)|(?<=热线)|(?<=拨打)|(?<=致电))[\s:：]*\d{{5,8}})(?!\d))
    |(?P<money>[¥￥$]\s*(?P<amount>\d+(?:,\d{{3}})*(?:\.\d+)?))
    |(?P<code>[a-z][a-z0-9]*(?:[-.+][a-z0-9]+)*\+*|\d+(?:\.\d+)?(?!{_UNIT})[a-z][a-z0-9-]*)
    |(?P<quantity>(?P<low>{_NUMBER})\s*(?:(?:{_UNIT})?{_RANGE}(?P<high>{_NUMBER}))?\s*(?P<unit>{_UNIT})(?P<half>半(?!年|天|小时|个月))?)
    |(?P<bare>\d+(?:[.,]\d+)*)""",
    re.VERBOSE,
)


@dataclass(frozen=True)
class Quantity:
    """`kind`: what it measures, in one unit; `values`: one, or the two ends of a range; a date is (year, month, day), 0 for what is not said."""

    kind: str
    values: tuple[float, ...]

    def clashes(self, other: "Quantity") -> bool:
        """Both of one kind, and neither says what the other says: another value, and not one within the other's range."""
        if self.kind != other.kind or self.values == other.values:
            return False
        if self.kind == "date":
            return any(mine and theirs and mine != theirs for mine, theirs in zip(self.values, other.values, strict=True))
        return not (self._within(other) or other._within(self))

    def _within(self, other: "Quantity") -> bool:
        return len(other.values) == 2 and all(other.values[0] <= value <= other.values[1] for value in self.values)


@dataclass(frozen=True)
class Reading:
    """A text taken apart: its quantities in order, names that hold digits or Latin letters, and the rest with those blanked out."""

    quantities: tuple[Quantity, ...]
    codes: frozenset[str]
    rest: str


def read(text: str) -> Reading:
    """text: folded (knowledge.retrieval.terms.fold)."""
    quantities: list[Quantity] = []
    codes: set[str] = set()
    for match in _PATTERN.finditer(text):
        found = _quantity(match)
        if found:
            quantities.append(found)
        elif match.lastgroup != "quantity":
            codes.add(re.sub(r"\s", "", match.group()))
    return Reading(tuple(quantities), frozenset(codes), _PATTERN.sub(" ", text))


def number(text: str) -> float:
    """`1,200.5`, `十五`, `两百`, `半` as a number."""
    if text[0].isdigit():
        return float(text.replace(",", ""))
    if text == "半":
        return 0.5
    total = part = 0.0
    for sign in text.replace("半", ""):
        if sign in _TENS:
            part = (part or 1) * _TENS[sign]
            total, part = ((total + part) if sign != "万" else (total * 10_000 or part)), 0
        else:
            part = part * 10 + _VALUES.get(sign, 0) if part else float(_VALUES.get(sign, 0))
    return total + part


def _quantity(match: re.Match[str]) -> Quantity | None:
    if match["date"]:
        return Quantity("date", tuple(float(match[name] or 0) for name in "ymd"))
    if match["day"]:
        return Quantity("date", (0.0, float(match["m2"]), float(match["d2"])))
    if match["clock"]:
        ends = [float(match[h]) * 60 + float(match[i]) for h, i in (("h1", "i1"), ("h2", "i2")) if match[h]]
        return Quantity(
            "hours of the day" if len(ends) == 2 else "time of day", (ends[0] + ends[1] / 10_000,) if len(ends) == 2 else (ends[0],)
        )
    if match["phone"]:
        return Quantity("phone", (float(re.sub(r"\D", "", match["phone"])),))
    if match["money"]:
        return Quantity("dollar" if match["money"][0] == "$" else "yuan", (number(match["amount"]),))
    return _measured(match) if match["quantity"] else None


def _measured(match: re.Match[str]) -> Quantity:
    kind, factor = _UNITS[match["unit"]]
    ends = [number(match[name]) for name in ("low", "high") if match[name]]
    if match["half"]:
        ends[-1] += 0.5
    if kind == "discount":
        ends = [value * 10 if value < 10 else value for value in ends]
    return Quantity(kind, tuple(round(value * factor, 6) for value in ends))
