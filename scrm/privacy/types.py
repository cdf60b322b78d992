"""What a reader of personal data finds, and how it looks at the text around a number."""

import re
from dataclasses import dataclass
from enum import StrEnum

SURE, LIKELY = 1.0, 0.6
CONTEXT = 14  # how many characters before may say what something is


class Kind(StrEnum):
    """The label a placeholder carries."""

    EMAIL = "邮箱"
    ID_CARD = "身份证"
    BANK_CARD = "银行卡"
    PHONE = "手机号"
    PASSPORT = "证件号"
    PLATE = "车牌"
    COMPANY_CODE = "信用代码"
    ADDRESS = "地址"
    NAME = "姓名"
    ORDER = "订单号"


PLACEHOLDER = re.compile(rf"<(?P<kind>{'|'.join(Kind)})_(?P<number>\d{{1,6}})>")
# Stands for what is masked already while the rest of a text is read: no reader takes it for anything, and clauses end at it.
COVERED = "\ufffc"


@dataclass(frozen=True, slots=True)
class Finding:
    """text[start:end] is personal data of this kind; `value` is its canonical form, equal for different spellings."""

    kind: Kind
    start: int
    end: int
    value: str
    confidence: float


# Digits, letters and the signs of numbers and addresses; a full-width comma or colon still ends a clause.
_SIGNS = str.maketrans("＋－（）＠．＿　‐‑–—", "+-()@._ ----")
_HALF = {code: code - 0xFEE0 for first, last in ("０９", "Ａｚ") for code in range(ord(first), ord(last) + 1)} | _SIGNS


def half_width(text: str) -> str:
    """Full-width ASCII, the ideographic space and typographic dashes as plain ASCII; the length stays the same."""
    return text.translate(_HALF)


_NUMERALS = "零〇一二三四五六七八九幺壹贰叁肆伍陆柒捌玖"
_AS_DIGITS = str.maketrans(_NUMERALS, "001234567891123456789")
_FEWEST = 3
# Ten digits and more spoken one by one; with 十 or 百 it is an amount.
_SPOKEN = re.compile(rf"(?<![十百千万亿点第\d{_NUMERALS}])[\d{_NUMERALS}](?:[ \-]?[\d{_NUMERALS}]){{9,18}}(?![十百千万亿点\d{_NUMERALS}])")


def numerals(text: str) -> str:
    """Long numbers in Chinese numerals (一三八零零…, 幺三八…) as digits; the length stays the same."""
    return _SPOKEN.sub(lambda match: _as_digits(match[0]), text)


def _as_digits(spoken: str) -> str:
    """「三」 of 张三 before the number is not part of it, nor is a number in digits spoken."""
    if sum(char in _NUMERALS for char in spoken) < _FEWEST:
        return spoken
    digits = spoken.translate(_AS_DIGITS)
    return spoken[0] + digits[1:] if re.fullmatch(r"[1-9][ \-]?1[3-9](?:[ \-]?\d){9}", digits) else digits


def context(text: str, start: int) -> str:
    """The few characters before, within the same clause."""
    return re.split(r"[。！？；\n，]", text[max(0, start - CONTEXT) : start])[-1]


def says(pattern: re.Pattern[str], text: str, start: int) -> bool:
    return bool(pattern.search(context(text, start)))
