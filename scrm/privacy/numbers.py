"""Numbers of people: e-mail addresses, ID cards, bank cards.

Typed numbers contain typing errors, so an ID card is recognised by format, region and date, and its checksum only raises the
confidence; the same for bank cards and Luhn. Digits grouped in an unusual way need the checksum, or a word that says what they are.
"""

import re
from collections.abc import Iterator
from datetime import date

from stdnum import luhn
from stdnum.cn import ric

from scrm.privacy.types import LIKELY, SURE, Finding, Kind, context, says

# Not a number of its own: part of an address, an assignment, a decimal, a longer code.
BEFORE = r"(?<![0-9A-Za-z_/=&?#%@.\-*])"
AFTER = r"(?![0-9A-Za-z_@*]|[.,/]\d|-\d)"
_GAP = r"[ \-]{0,2}"

EMAIL = re.compile(
    r"(?<![A-Za-z0-9._%+\-])[A-Za-z0-9][A-Za-z0-9._%+\-]{0,63}@(?:[A-Za-z0-9](?:[A-Za-z0-9\-]{0,61}[A-Za-z0-9])?\.){1,8}[A-Za-z]{2,24}(?![A-Za-z0-9])"
)
ID_18 = re.compile(rf"{BEFORE}\d(?:{_GAP}\d){{16}}{_GAP}[0-9Xx×](?![0-9A-Za-z_])")
ID_15 = re.compile(rf"{BEFORE}\d{{15}}{AFTER}")
CARD = re.compile(rf"{BEFORE}\d(?:{_GAP}\d){{14,18}}{AFTER}")
_CARD_GROUPS = re.compile(rf"\d{{4}}(?:{_GAP}\d{{4}}){{2}}{_GAP}\d{{4}}(?:{_GAP}\d{{1,3}})?")
_CARD_HALVES = re.compile(r"(?:62|4|5[1-5]|35)\d{2,6}[ \-]\d{8,15}")

_SAYS_ORDER = re.compile(r"订单|单号|编号|运单|流水|快递|物流|版本|时间戳|序列号|型号|任务|(?<![a-z])(?:id|sn|no)(?![a-z])", re.IGNORECASE)
_SAYS_CARD = re.compile(r"卡|账号|账户|帐号|帐户|打款|退到|退款到|汇款|转账|还款|card", re.IGNORECASE)
_SAYS_ID = re.compile(r"身份证|证件|证号|实名|(?<![a-z])id(?![a-z])", re.IGNORECASE)
# GB/T 2260: the two digits of a province.
_PROVINCES = re.compile(r"1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]")
# ISO/IEC 7812: UnionPay 60/62/81/9, Visa 4, Mastercard 51-55, JCB 35, Diners and Amex 3.
_ISSUERS = re.compile(r"4|5[1-5]|6[0-9]|3[05678]|81|9[0-9]")
_AMEX = re.compile(r"3[47]\d{13}")


def emails(text: str) -> Iterator[Finding]:
    for match in EMAIL.finditer(text):
        yield Finding(Kind.EMAIL, match.start(), match.end(), match[0].lower(), SURE)


def id_cards(text: str) -> Iterator[Finding]:
    for match in ID_18.finditer(text):
        value = digits_of(match[0])
        if not (_is_place(value) and _is_birthday(value[6:14])):
            continue
        # A place and a date in the right positions are no accident, however the digits are grouped.
        yield Finding(Kind.ID_CARD, match.start(), match.end(), value, SURE if ric.is_valid(value) else SURE - 0.05)
    for match in ID_15.finditer(text):
        value = match[0]
        named = bool(_SAYS_ID.search(context(text, match.start())))
        if _is_place(value) and _is_birthday("19" + value[6:12]) and (named or not says(_SAYS_ORDER, text, match.start())):
            yield Finding(Kind.ID_CARD, match.start(), match.end(), value, SURE if named else LIKELY)


def bank_cards(text: str) -> Iterator[Finding]:
    for match in CARD.finditer(text):
        value = digits_of(match[0])
        if not _ISSUERS.match(value) or len(set(value)) < 3 or says(_SAYS_ORDER, text, match.start()):
            continue
        named, valid = says(_SAYS_CARD, text, match.start()), luhn.is_valid(value)
        usual = bool(_CARD_GROUPS.fullmatch(match[0]))
        if valid and (usual or named or _is_single(match[0]) or _CARD_HALVES.fullmatch(match[0])) and _is_length(value, named):
            yield Finding(Kind.BANK_CARD, match.start(), match.end(), value, SURE)
        elif usual and (named or re.search(r"\d[ \-]\d", match[0])):
            yield Finding(Kind.BANK_CARD, match.start(), match.end(), value, LIKELY)


def _is_length(value: str, named: bool) -> bool:
    """Visa and Mastercard have 16 digits (Visa rarely 19); 15 are a card of American Express, where a card is spoken of."""
    if len(value) == 15:
        return named and bool(_AMEX.fullmatch(value))
    return named or value[0] not in "45" or len(value) == 16


def _is_single(written: str) -> bool:
    """Digit by digit, with a blank or a dash between all of them."""
    return bool(re.fullmatch(r"\d(?:([ \-])\d)(?:\1\d)+", written))


def digits_of(text: str) -> str:
    """Digits, and the X of an ID card."""
    return "".join(char for char in text.upper().replace("×", "X") if char.isdigit() or char == "X")


def _is_place(value: str) -> bool:
    return bool(_PROVINCES.match(value)) and value[2:6] != "0000"


def _is_birthday(yyyymmdd: str) -> bool:
    try:
        born = date(int(yyyymmdd[:4]), int(yyyymmdd[4:6]), int(yyyymmdd[6:]))
    except ValueError:
        return False
    return born.year >= 1880 and born <= date.today()
