"""Numbers as people write them, in one spelling: 七天 and 7天, 1,000 and 1000, 1.5万 and 15000, 百分之五 and 5%."""

import re
from decimal import Decimal

_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "俩": 2}
_TENS = {"十": 10, "百": 100, "千": 1000}
_LARGE = {"万": 10**4, "亿": 10**8}
HAN_NUMBER = "零〇一二两三四五六七八九十百千万亿"

_GROUPED = re.compile(r"(?<=\d)[,，](?=\d{3}(?!\d))")
_PERCENT = re.compile(rf"百分之(?P<n>\d+(?:\.\d+)?|[{HAN_NUMBER}]+(?:点[{HAN_NUMBER}]+)?)")
_SCALED = re.compile(r"(?P<n>\d+(?:\.\d+)?)\s*(?P<scale>[百千]?[万亿]|[百千](?!米|克|瓦|卡|帕|赫|伏))")
_HALF = re.compile(r"半个?(?=年|月|天|日|小时|钟头)")
_YEAR = re.compile(r"[〇零一二三四五六七八九]{4}(?=年)")
# 一 before such words is grammar, not a figure: 一个, 一种, 一些, 一般.
_GRAMMAR = "个种些样起般下定直旦致切并律共样边方面同经点位部分"


def plain_numbers(text: str) -> str:
    """The folded text with every number in Arabic digits without grouping."""
    text = _GROUPED.sub("", text)
    text = _PERCENT.sub(lambda match: f"{_read(match['n'])}%", text)
    text = _HALF.sub("0.5个", text)
    text = _YEAR.sub(lambda match: "".join(str(_DIGITS[char]) for char in match[0]), text)
    text = _HAN_RUN.sub(_arabic, text)
    return _SCALED.sub(lambda match: _shown(Decimal(match["n"]) * _factor(match["scale"])), text)


_HAN_RUN = re.compile(rf"(?P<sign>第)?(?P<n>[{HAN_NUMBER}]+)(?P<next>.?)")


def _arabic(match: re.Match[str]) -> str:
    """A run of numerals as digits, where it is a figure at all."""
    run, after = match["n"], match["next"]
    grammar = run == "一" and (not after or after in _GRAMMAR) and not match["sign"]
    only_scale = all(char in "十百千万亿" for char in run) and run != "十"  # 千万 in 千万不要, 百 in 老百姓
    if grammar or only_scale:
        return match[0]
    return f"{match['sign'] or ''}{value_of(run)}{after}"


def value_of(run: str) -> str:
    """一千二百 -> 1200, 三十 -> 30, 二〇二四 -> 2024."""
    if not any(char in _TENS or char in _LARGE for char in run):
        return str(int("".join(str(_DIGITS[char]) for char in run)))
    total, section, digit = 0, 0, 0
    for char in run:
        if char in _DIGITS:
            digit = _DIGITS[char]
        elif char in _TENS:
            section, digit = section + (digit or 1) * _TENS[char], 0
        else:
            total, section, digit = (total + section + digit) * _LARGE[char], 0, 0
    return str(total + section + digit)


def _read(number: str) -> str:
    if number[0].isdigit():
        return number
    whole, _point, fraction = number.partition("点")
    return value_of(whole) + (f".{''.join(str(_DIGITS[char]) for char in fraction)}" if fraction else "")


def _factor(scale: str) -> int:
    factor = 1
    for char in scale:
        factor *= _TENS.get(char) or _LARGE[char]
    return factor


def _shown(number: Decimal) -> str:
    return f"{number.normalize():f}"
