"""Numbers of people: e-mail addresses, ID cards, bank cards, telephones.

Typed numbers contain typing errors, so an ID card is recognised by format, region and date, and its checksum only raises the
confidence; the same for bank cards and Luhn.
"""

import re
from collections.abc import Iterator
from datetime import date

from stdnum import luhn
from stdnum.cn import ric

from scrm.privacy.types import CONTEXT, LIKELY, SURE, Finding, Kind, context, says

# Not a number of its own: part of an address, an assignment, a decimal, a longer code.
_BEFORE = r"(?<![0-9A-Za-z_/=&?#%@.\-*])"
_AFTER = r"(?![0-9A-Za-z_@*]|[.,/]\d|-\d)"
_SEP = r"[ \-]?"

EMAIL = re.compile(
    r"(?<![A-Za-z0-9._%+\-])[A-Za-z0-9][A-Za-z0-9._%+\-]{0,63}@(?:[A-Za-z0-9](?:[A-Za-z0-9\-]{0,61}[A-Za-z0-9])?\.){1,8}[A-Za-z]{2,24}(?![A-Za-z0-9])"
)
ID_18 = re.compile(rf"{_BEFORE}\d{{6}}{_SEP}(?:18|19|20)\d{{2}}{_SEP}\d{{2}}{_SEP}\d{{2}}{_SEP}\d{{3}}[0-9Xx](?![0-9A-Za-z_])")
ID_15 = re.compile(rf"{_BEFORE}\d{{15}}{_AFTER}")
CARD = re.compile(rf"{_BEFORE}\d{{4}}(?:{_SEP}\d{{4}}){{2}}{_SEP}\d{{4}}(?:{_SEP}\d{{1,3}})?{_AFTER}")
_MOBILE_LEAD = rf"(?:(?<![0-9A-Za-z_])(?:\+|00)86[ \-]?|(?<![0-9A-Za-z_+])86[ \-]?|(?<=tel)|(?<=[vw]x)|(?<=phone)|{_BEFORE})"
MOBILE = re.compile(rf"{_MOBILE_LEAD}\(?1[3-9]\d\)?(?:[ \-.]?\d{{4}}[ \-.]?\d{{4}}|[ \-]\d{{3}}[ \-]\d{{5}}){_AFTER}", re.IGNORECASE)
LANDLINE = re.compile(
    rf"{_BEFORE}(?:\(0(?:10|2\d|[3-9]\d{{2}})\)|0(?:10|2\d|[3-9]\d{{2}}))[ \-]{{0,2}}[1-9]\d{{2,3}}[ ]?\d{{4}}(?:(?:-|转| ?ext\.? ?)\d{{1,6}})?(?![0-9A-Za-z_])"
)
SERVICE_LINE = re.compile(rf"{_BEFORE}[48]00[ \-]?\d{{3}}[ \-]?\d{{4}}{_AFTER}")
LOCAL = re.compile(r"(?<![0-9A-Za-z_/=&?#%@.\-*])[2-8]\d{3}[ \-]?\d{4}(?:(?:-|转)\d{1,6})?(?![0-9A-Za-z_])")

_SAYS_ORDER = re.compile(r"订单|单号|编号|运单|流水|快递|物流|版本|时间戳|序列号|型号|任务|(?<![a-z])(?:id|sn|no)(?![a-z])", re.IGNORECASE)
_SAYS_CARD = re.compile(r"卡|账号|账户|帐号|帐户|card", re.IGNORECASE)
_SAYS_ID = re.compile(r"身份证|证件|证号", re.IGNORECASE)
_SAYS_PHONE = re.compile(r"电话|座机|手机|致电|拨打|打$|联系|热线|传真|记一?下|(?<![a-z])(?:tel|phone|call)(?![a-z])", re.IGNORECASE)
_AND = re.compile(r"[和或及、,/ ]{1,2}")
_LOOKS_LIKE_DATE = re.compile(r"20\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
# GB/T 2260: the two digits of a province.
_PROVINCES = re.compile(r"1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]")
# ISO/IEC 7812: UnionPay 60/62/81/9, Visa 4, Mastercard 51-55, JCB 35, Diners and Amex 3.
_ISSUERS = re.compile(r"4|5[1-5]|6[0-9]|3[05678]|81|9[0-9]")


def emails(text: str) -> Iterator[Finding]:
    for match in EMAIL.finditer(text):
        yield Finding(Kind.EMAIL, match.start(), match.end(), match[0].lower(), SURE)


def id_cards(text: str) -> Iterator[Finding]:
    for match in ID_18.finditer(text):
        value = _digits(match[0])
        if _is_place(value) and _is_birthday(value[6:14]):
            yield Finding(Kind.ID_CARD, match.start(), match.end(), value, SURE if ric.is_valid(value) else LIKELY)
    for match in ID_15.finditer(text):
        value = match[0]
        named = bool(_SAYS_ID.search(context(text, match.start())))
        if _is_place(value) and _is_birthday("19" + value[6:12]) and (named or not says(_SAYS_ORDER, text, match.start())):
            yield Finding(Kind.ID_CARD, match.start(), match.end(), value, SURE if named else LIKELY)


def bank_cards(text: str) -> Iterator[Finding]:
    for match in CARD.finditer(text):
        value = _digits(match[0])
        if not _ISSUERS.match(value) or len(set(value)) < 3 or says(_SAYS_ORDER, text, match.start()):
            continue
        if luhn.is_valid(value):
            yield Finding(Kind.BANK_CARD, match.start(), match.end(), value, SURE)
        elif says(_SAYS_CARD, text, match.start()) or re.search(r"\d[ \-]\d", match[0]):
            yield Finding(Kind.BANK_CARD, match.start(), match.end(), value, LIKELY)


def phones(text: str) -> Iterator[Finding]:
    for match in MOBILE.finditer(text):
        yield Finding(Kind.PHONE, match.start(), match.end(), _digits(match[0])[-11:], SURE - 0.1)
    for pattern in (LANDLINE, SERVICE_LINE):
        for match in pattern.finditer(text):
            yield Finding(Kind.PHONE, match.start(), match.end(), _digits(match[0]), LIKELY + 0.1)
    ends = {m.end() for pattern in (MOBILE, LANDLINE, SERVICE_LINE) for m in pattern.finditer(text)}
    for match in LOCAL.finditer(text):
        named = _SAYS_PHONE.search(text[max(0, match.start() - CONTEXT) : match.start()]) and not _LOOKS_LIKE_DATE.match(match[0])
        another = any(_AND.fullmatch(text, end, match.start()) for end in ends if end < match.start() <= end + 2)
        if named or another:
            ends.add(match.end())
            yield Finding(Kind.PHONE, match.start(), match.end(), _digits(match[0]), LIKELY)


def _digits(text: str) -> str:
    return "".join(char for char in text.upper() if char.isdigit() or char == "X")


def _is_place(value: str) -> bool:
    return bool(_PROVINCES.match(value)) and value[2:6] != "0000"


def _is_birthday(yyyymmdd: str) -> bool:
    try:
        born = date(int(yyyymmdd[:4]), int(yyyymmdd[4:6]), int(yyyymmdd[6:]))
    except ValueError:
        return False
    return born.year >= 1880 and born <= date.today()
