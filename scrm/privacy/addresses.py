"""Street addresses. A province or a city alone is no address: 「寄到西藏要几天」 has to stay a question that can be answered.

Two ways in: after a word that announces an address, the rest of the clause when it names a street, village or building; anywhere,
a street with a house number, from the region before it. Regions are those of GB/T 2260 as python-stdnum carries them.
"""

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from scrm.privacy.types import LIKELY, Finding, Kind

_LONGEST = 60
_WORD = r"[\u4e00-\u9fffA-Za-z0-9]"
_CUE = re.compile(
    r"(?:(?:收货|收件|家庭|通讯|联系|邮寄|寄送|详细|公司|单位|现)?(?:地址|住址|住所)|位于|坐落[于在]|座落[于在]|家住|(?<!常)住在?|搬[到至]|"
    r"[寄送邮发]+[到往至给])[ ]?(?:就?(?:是在|是|在|为|:|：)){0,2}[ ]?"
)
_CLAUSE_END = re.compile(
    r"[，。；！？!?;\n\ufffc]|、(?!\d)|,(?!\d)|[ ](?=(?:[\u4e00-\u9fff]{2,4}[ ，]{0,2})?1[3-9]\d)|(?:电话|手机|邮编|邮政编码|收件人|收货人|联系)|[。.]?$"
)
# What an address goes down to. 区, 县 and 市 alone are too coarse.
_FINE = re.compile(
    r"[路街巷弄道](?:[^\u4e00-\u9fff]|$|[东西南北中内外口与和\d一二三四五六七八九十])|大街|大道|胡同|街道|[镇乡村屯](?![长民])|社区|小区|花园|家园|公寓|大厦|广场|"
    r"号楼|\d+[号弄栋幢座室层楼]|[一二三四五六七八九十]+号?[楼层栋]|单元|工业园|开发区|园区|路口|交口|[东西南北]侧|对面|旁边?|[里苑庄]\d|校区|(?:地铁)?站|\d+米|[东西南北][门口]|景区|停车场|公园|大院|(?:创新|产业|科技)园|支局|桥[东西南北]"
)
_SAYS_ADDRESS = re.compile(r"(?<![A-Za-z箱网 ])地址|住址|住所")
_NUMBERED = re.compile(rf"[\u4e00-\u9fff]{{3,}}{_WORD}*[\d\-]{{2,}}[\u4e00-\u9fff]{{0,6}}$")
_ASKS = re.compile(r"[吗呢么哪谁几啥]|什么|怎|多少|如何|是否|能否|可以|需要|多久|收费|包邮|时候|运费|快递|发货|门店吗")
_NUMBER = r"(?:[A-Za-z]?\d{1,5}(?:[\-之]\d{1,4})?|[一二三四五六七八九十百]{1,4}|[A-Za-z])"
_STREET = re.compile(
    rf"{_WORD}{{1,14}}?(?:大街|大道|胡同|路|街|巷|弄|道|村|里|苑|园|庄|小区|花园|社区|工业区|开发区|镇)(?:[东西南北中])?(?:路|街|段|里|巷)?{_NUMBER}(?:号院|号楼|号|弄|栋|幢|座|单元)"
    rf"(?:{_WORD}{{0,12}}?{_NUMBER}(?:号楼|号|栋|幢|座|单元|楼|层|室|户))*"
    r"(?:[\u4e00-\u9fff]{2,12}(?:大厦|广场|中心|公寓|大楼|小区|花园|商场|大学|学校|医院|酒店|饭店))?(?:\d{1,4}(?:室|层|楼|号))?(?:\d{3,4}(?!\d))?(?:、\d{1,5}号)?(?:\([^()。]{1,24}\))?"
)
# Words that stand before an address and not in one.
_LEAD = re.compile(r".*(?:[到往至给在是于为去从住叫离]|地址|附近|请|把|了|的|和|跟|，|。|：|:|；|、|\(|（|\s)(?=.)", re.DOTALL)


@cache
def _regions() -> re.Pattern[str]:
    """Names of provinces, prefectures and counties, with and without their suffix where three characters or more stay."""
    names: set[str] = set()
    for line in files("stdnum.cn").joinpath("loc.dat").read_text("utf-8").splitlines():
        names.update(name for name in re.findall(r'"([\u4e00-\u9fff]{2,15})"', line) if not name.startswith("市辖"))
    short = {re.sub(r"(?:省|市|特别行政区|(?:[\u4e00-\u9fff]{1,3}族|维吾尔)*自治区)$", "", name) for name in names}
    return re.compile("|".join(sorted(names | {name for name in short if len(name) >= 2}, key=len, reverse=True)))


@cache
def _chain() -> re.Pattern[str]:
    """Two regions or more, one within the other, as an address begins."""
    return re.compile(rf"(?:(?:{_regions().pattern})[ ]?){{2,}}")


def addresses(text: str) -> Iterator[Finding]:
    for start, end in (*_announced(text), *_regional(text)):
        yield Finding(Kind.ADDRESS, start, end, re.sub(r"\s", "", text[start:end]), LIKELY + 0.05)
    for match in _STREET.finditer(text):
        start = _beginning(text, match.start(), match.end())
        if match.end() - start >= 5:
            yield Finding(Kind.ADDRESS, start, match.end(), re.sub(r"\s", "", text[start : match.end()]), LIKELY)


def _announced(text: str) -> Iterator[tuple[int, int]]:
    for cue in _CUE.finditer(text):
        start, end = cue.end(), _clause_end(text, cue.end())
        said = text[start:end]
        regions = _chain().match(said)
        fine = _FINE.search(said) or (regions and len(said) - regions.end() >= 4)
        if not fine and _SAYS_ADDRESS.search(text, max(0, cue.start() - 1), cue.end()):  # then a region, or a number at the end, is enough
            region = _regions().match(said)
            fine = _NUMBERED.match(said) or (region and len(said) - region.end() >= 4)
        if len(said) >= 4 and fine and not _ASKS.search(said):
            yield start, end


def _regional(text: str) -> Iterator[tuple[int, int]]:
    if not _FINE.search(text):
        return  # most texts: looking for thousands of regions is the dearest thing here
    for regions in _chain().finditer(text):
        end = _clause_end(text, regions.end())
        said = text[regions.end() : end]
        if _FINE.search(said) and not _ASKS.search(said):
            yield regions.start(), end


def _clause_end(text: str, start: int) -> int:
    stop = _CLAUSE_END.search(text, start, min(len(text), start + _LONGEST))
    return stop.start() if stop else min(len(text), start + _LONGEST)


def _beginning(text: str, start: int, end: int) -> int:
    """Where an unannounced address begins: at the first region named shortly before the street, else after the last function word."""
    before = max(0, start - 20)
    clause = max((text.rfind(sign, before, start) + 1 for sign in "，。；！？、,;!?\n：: ("), default=before)
    clause = max(clause, before)
    region = _regions().search(text, clause, end)
    if region and region.start() < end - 4:
        return region.start()
    street_at = re.search(r"[路街巷弄道村里苑园庄镇区]", text[start:end])
    lead = _LEAD.match(text, start, start + street_at.start() + 1) if street_at else None
    return lead.end() if lead else start
