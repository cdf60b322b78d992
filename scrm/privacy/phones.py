"""Telephone numbers as people type them: with and without country code, grouped anyhow, with extensions."""

import re
from collections.abc import Iterator

from scrm.privacy.numbers import AFTER, BEFORE, digits_of
from scrm.privacy.types import CONTEXT, LIKELY, SURE, Finding, Kind, context

_GAP = r"[ \-.·•_/]{0,2}"
_LEAD = (
    r"(?:(?<![0-9A-Za-z_])(?:\(?(?:\+|00)86\)?|\(86\))[ \-]{0,2}|(?<![0-9A-Za-z_+])86[ \-]?|(?<=tel)|(?<=[vw]x)|(?<=phone)"
    rf"|{BEFORE})0?"
)
# Groups that people make of the eleven digits; other groups count only beside a word that says telephone.
_GROUPS = (
    rf"\(?1[3-9]\d\)?{_GAP}\d{{4}}{_GAP}\d{{4}}|1[3-9]\d[ \-]\d{{3}}[ \-]\d{{5}}|1[3-9]\d[ \-]{{1,2}}\d{{8}}|1[3-9]\d{{5}}[ \-]{{1,2}}\d{{4}}"
    r"|1[3-9]\d\d[ \-]\d{4}[ \-]\d{3}|1[3-9]\d\d[ \-]\d{3}[ \-]\d{4}|1[3-9]\d{3}[ \-]\d{6}|1[3-9]\d{4}[ \-]\d{5}"
    r"|1[3-9]\d[ ]\d{3}[ ]\d{2}[ ]\d{3}|1[ ][3-9](?:[ ]\d){9}|1-[3-9](?:-\d){9}"
)
MOBILE = re.compile(rf"{_LEAD}(?:{_GROUPS})(?:转\d{{1,6}})?{AFTER}", re.IGNORECASE)
_ANY_GROUPS = re.compile(rf"{_LEAD}1[ \-.,/]{{0,2}}[3-9](?:[ \-.,/]{{0,2}}\d){{9}}{AFTER}", re.IGNORECASE)

_AREA = r"(?:10|2\d|[3-9]\d{2})"
_EXTENSION = r"(?:[ ,，]{0,2}(?:-|转(?:分机|接)?|分机号?|#|x|ext\.?)[ :：]?\d{1,6})?"
_LOCAL = r"(?:[1-9]\d{2,3}[ \-]?\d{4}|[1-9]\d{3}[ \-]\d{3})"
_END = r"(?![0-9A-Za-z_])"
LANDLINE = re.compile(
    rf"(?:{BEFORE}(?:\(0{_AREA}\)|0{_AREA})[ \-_/.]{{0,2}}|(?<![0-9A-Za-z_+])(?:\(?(?:\+|00)86\)?[ \-]{{0,2}}|\(86\)[ \-]?|86[ \-])\(?0?{_AREA}\)?[ \-]{{1,2}})"
    rf"{_LOCAL}{_EXTENSION}{_END}",
    re.IGNORECASE,
)
SERVICE_LINE = re.compile(
    rf"{BEFORE}[48]00(?:[ \-]?\d{{3}}[ \-]?\d{{4}}|[ \-]?\d{{4}}[ \-]?\d{{3}}|\d[ \-]\d{{3}}[ \-]\d{{3}}){_EXTENSION}{AFTER}", re.IGNORECASE
)
# Without an area code: only beside a word that says telephone, or behind another number.
LOCAL = re.compile(rf"(?<![0-9A-Za-z_/=&?#%@.\-*])[2-8]\d{{3}}[ \-]?\d{{4}}{_EXTENSION}{_END}", re.IGNORECASE)

_SAYS_PHONE = re.compile(
    r"电话|座机|手机|致电|拨打|打$|联系|热线|传真|记一?下|微信|(?<![a-z])(?:tel|phone|call|mobile)(?![a-z])", re.IGNORECASE
)
_SAYS_MOBILE = re.compile(rf"{_SAYS_PHONE.pattern}|号码|新号|换号|改成|短信", re.IGNORECASE)
_SAYS_OTHER = re.compile(
    r"(?:(?:订单|运单|单|流水|快递|物流|序列|型|版本|任务|编)号|订单|流水|时间戳|版本)(?:是|为|:|：)?[ ]?$|(?:bytes|size|count|offset|pos|time|_ts)\"?[:=][ ]?$"
)
_AND = re.compile(r"[和或及、,/ ]{1,2}")
_LOOKS_LIKE_DATE = re.compile(r"20\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")


def phones(text: str) -> Iterator[Finding]:
    whole = [*_mobiles(text), *_landlines(text)]
    yield from whole
    ends = {finding.end for finding in whole}
    for match in LOCAL.finditer(text):
        named = _SAYS_PHONE.search(text[max(0, match.start() - CONTEXT) : match.start()]) and not _LOOKS_LIKE_DATE.match(match[0])
        another = any(_AND.fullmatch(text, end, match.start()) for end in ends if end < match.start() <= end + 2)
        if named or another:
            ends.add(match.end())
            yield Finding(Kind.PHONE, match.start(), match.end(), digits_of(match[0]), LIKELY)


def _mobiles(text: str) -> Iterator[Finding]:
    for pattern in (MOBILE, _ANY_GROUPS):
        for match in pattern.finditer(text):
            before = context(text, match.start())
            if pattern is _ANY_GROUPS and not _SAYS_MOBILE.search(before):
                continue
            if _SAYS_OTHER.search(before):
                continue
            number = re.split("转", match[0])[0]
            yield Finding(Kind.PHONE, match.start(), match.end(), digits_of(number)[-11:], SURE - 0.1)


def _landlines(text: str) -> Iterator[Finding]:
    for pattern in (LANDLINE, SERVICE_LINE):
        for match in pattern.finditer(text):
            if not _SAYS_OTHER.search(context(text, match.start())):
                yield Finding(Kind.PHONE, match.start(), match.end(), digits_of(match[0]), LIKELY + 0.1)
