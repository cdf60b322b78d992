"""Deadlines that have passed, as a text says them: 活动截止2023年12月31日."""

import calendar
import datetime
import re

from knowledge.freshness.quantities import Quantity, read
from knowledge.ingestion.sentences import sentence_spans
from knowledge.retrieval.terms import fold

_DEADLINE = re.compile(
    r"截止|截至|有效期|活动时间|活动期|活动日期|促销期|报名时间|优惠期|结束|到期|失效|为止|止(?=\W|$)"
    r"|前(?:有效|领取|报名|使用|下单|购买|提交|申请)|底前|日前|月前|年前"
)
_PAST_TENSE = re.compile(r"成立|创立|创办|获得|荣获|发布于|发表|上市于|修订|颁布|施行|实施|生效|起(?:执行|施行|实施|生效)")


def past_deadline(text: str, today: datetime.date) -> tuple[str, datetime.date] | None:
    """(sentence, day) of the first deadline in the text that is over; None when there is none."""
    for start, end in sentence_spans(text):
        sentence = text[start:end]
        folded = fold(sentence)
        if not _DEADLINE.search(folded) or (_PAST_TENSE.search(folded) and "截止" not in folded):
            continue
        day = latest_day(read(folded).quantities)
        if day and day < today:
            return sentence[:500], day
    return None


def latest_day(quantities: tuple[Quantity, ...]) -> datetime.date | None:
    """The last day that the dates name; a year alone means its last day, and a day without a year belongs to the year before it."""
    year, days = 0, []
    for each in quantities:
        if each.kind == "date":
            year = int(each.values[0]) or year
            days.append(_day(year, int(each.values[1]), int(each.values[2])))
    known = [day for day in days if day]
    return max(known) if known else None


def _day(year: int, month: int, day: int) -> datetime.date | None:
    month = month or 12
    if not year or not 1 <= month <= 12:
        return None
    last = calendar.monthrange(year, month)[1]
    return datetime.date(year, month, min(day or last, last))
