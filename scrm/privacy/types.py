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


def context(text: str, start: int) -> str:
    """The few characters before, within the same clause."""
    return re.split(r"[。！？；\n，]", text[max(0, start - CONTEXT) : start])[-1]


def says(pattern: re.Pattern[str], text: str, start: int) -> bool:
    return bool(pattern.search(context(text, start)))
