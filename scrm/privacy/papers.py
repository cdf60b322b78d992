"""Papers of people and companies: passports and permits, number plates, unified social credit codes (GB 32100)."""

import re
from collections.abc import Iterator

from stdnum.cn import uscc

from scrm.privacy.types import SURE, Finding, Kind, says

_ALONE_BEFORE, _ALONE_AFTER = r"(?<![0-9A-Za-z])", r"(?![0-9A-Za-z])"
# People's Republic: E + 8 digits, since 2017 E + letter + 7; D, S, P: on service; H, M, C, T, L, K: permits for Hong Kong, Macao, Taiwan.
PASSPORT = re.compile(rf"{_ALONE_BEFORE}(?:[A-Z][ \-]?\d{{8,10}}|[CEHLMT][A-Z][ \-]?\d{{7}}){_ALONE_AFTER}", re.IGNORECASE)
_SAYS_PASSPORT = re.compile(r"护照|通行证|台胞证|回乡证|居住证|证件|passport", re.IGNORECASE)

PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领][ ]?[A-HJ-NP-Z][·•. \-]?"
    r"(?:[DF][A-HJ-NP-Z0-9]\d{4}|\d{5}[DF]|[A-HJ-NP-Z0-9]{4}[A-HJ-NP-Z0-9挂学警港澳])(?![0-9A-Za-z])",
    re.IGNORECASE,
)
_PLATE_DIGITS = 3  # at least; 「新beta10」 is no plate

COMPANY_CODE = re.compile(rf"{_ALONE_BEFORE}(?:[0-9A-HJ-NPQRTUWXY][ \-]?){{17}}[0-9A-HJ-NPQRTUWXY]{_ALONE_AFTER}", re.IGNORECASE)
_CODE = re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}")
_SAYS_COMPANY = re.compile(r"信用代码|营业执照|税号|纳税人|识别号|统一代码|执照")


def passports(text: str) -> Iterator[Finding]:
    """Only beside a word that says so: product codes look the same."""
    for match in PASSPORT.finditer(text):
        if says(_SAYS_PASSPORT, text, match.start()):
            yield Finding(Kind.PASSPORT, match.start(), match.end(), re.sub(r"[ \-]", "", match[0]).upper(), SURE)


def plates(text: str) -> Iterator[Finding]:
    for match in PLATE.finditer(text):
        value = re.sub(r"[·•. \-]", "", match[0]).upper()
        if sum(char.isdigit() for char in value) >= _PLATE_DIGITS:
            yield Finding(Kind.PLATE, match.start(), match.end(), value, SURE)


def company_codes(text: str) -> Iterator[Finding]:
    """In capitals and in one piece by format beside a word that says so; else the check character has to be right."""
    for match in COMPANY_CODE.finditer(text):
        code = re.sub(r"[ \-]", "", match[0]).upper()
        if not _CODE.fullmatch(code):
            continue
        named, valid = says(_SAYS_COMPANY, text, match.start()), uscc.is_valid(code)
        # Digits alone are an order number more often than a company.
        if named or (valid and not code.isdigit()):
            yield Finding(Kind.COMPANY_CODE, match.start(), match.end(), code, SURE)
