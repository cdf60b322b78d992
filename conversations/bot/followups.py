"""Follow-ups as questions of their own, by rules: ellipsis (那退款呢), pronouns (它多重), bare questions (多少钱), places in a list (第二个呢)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from conversations.bot.cues import KIND_NOUNS, QUESTION_WORDS
from conversations.bot.numerals import plain_numbers
from conversations.bot.words import question_words, segments
from conversations.types import Exchange
from knowledge.text import fold

LONGEST = 30  # characters: what is longer says what it is about
_END = re.compile(r"[\s，。！!？?~～…啊呀哦噢哈嘛吧]+$")
_LEAD = re.compile(
    r"^(?:那么|那(?![款种件个台些里边儿样条张套类])|然后|还有|另外|再问下?|再问一下|请问|对了|哦|噢|嗯|好的?|如果是?|要是|换成|换做)+[，,、\s]*"
)
_ELLIPSIS = re.compile(r"^(?P<new>[^，,。；;？?]{1,14}?)(?:又|也|还)?(?:是)?(?:呢|怎么样|咋样|如何)$")
_ALSO = re.compile(r"^(?P<new>[^，,。；;？?]{1,12}?)(?:也是?|同样)(?P<rest>(?:这样|一样|可以|支持|能|行|适用|包邮)?的?吗?)$")
_GENERIC = "产品|商品|东西|型号|款式|宝贝|物品|活动|服务|套餐|订单|功能|方案|课程|软件|版本|规格|项目"
_PRONOUN = re.compile(
    rf"(?:它们?|该(?:{_GENERIC})|[这那此](?:款|种|件|台|部|双|条|张|套|类|家|项|两?个|些|几个)?(?:{_GENERIC}|的话|玩意儿?)"
    r"|[这那](?:款|种|件|台|部|双|套|一?个)(?=$|[的能可要会有是多怎支在用好适，,吗呢还]))"
)
_THIS = re.compile(r"[这那](?:一?个|款|种|件|台)")
_NOT_PRONOUN = re.compile(r"其它|[这那]个?(?:月|周|星期|礼拜|年|时候|问题|地方|情况)|[这那](?:里|边|儿|样|么|次)")
_TOWARDS = re.compile(r"^(?:发|寄|送|运|配送)到?")
_QUESTION_PART = re.compile(r"谁|多[少久大长重]|几|怎么|怎样|如何|什么|哪|吗|能不能|可不可以|可以|是否|为什么|要|需要|由|在|是|[？?]")
_MORE = re.compile(
    r"^(?:还有(?:吗|么|没有|其他的?吗?|别的吗?|哪些|什么)|还有没有(?:其他|别的)的?|(?:其他|别的|剩下)的?(?:呢|有吗|有哪些)|有(?:其他|别的)的?吗|没了吗)$"
)
_DETAIL = re.compile(
    r"^(?:(?:能|可以|请)?再?(?:具体|详细)(?:一?点|一些)?(?:说说|讲讲|介绍一?下?|说一?下|是什么|是哪些|呢)?"
    r"|为什么呢?|为啥|怎么会|什么意思|具体(?:怎么|如何)(?:操作|做|弄)?)$"
)
_PLACE = re.compile(r"^第(?P<n>\d+)[个条种项款步点](?:方案|方式|办法|步骤|选项)?(?P<rest>.*)$")
_LAST = re.compile(r"^最后一?[个条种项款步点](?P<rest>.*)$")
_ITEM = re.compile(r"(?:^|\n)\s*(?:\d{1,2}\s*[.、)）]|[（(]\d{1,2}[）)]|[①-⑩]|[一二三四五六七八九十]、|[-•·*])\s*(?P<item>[^\n]+)")
_SERIES = re.compile(r"[^，。；：:,;\n\s]{1,12}(?:、[^，。；：:,;、\n]{1,12})+")
_MARKS = re.compile(r"\[\d+\]")
# What is asked about a thing, and what is done with an order: not things themselves.
_TRAITS = re.compile(
    r"(?:保修期?|质保期?|保质期|有效期|容量|尺寸|大小|重量|净重|颜色|材质|功率|电压|续航|价格|价钱|售价|单价|多少钱|多[重大高长宽厚沉]|库存|现货|有货|防水|清洗|充电|安装|使用|"
    r"配件|耗材|滤芯|说明书|产地|品牌|型号|规格|参数|口味|成分|噪音|寿命|厚度|长度|宽度|高度|年费|会员价)"
)
_ACTIONS = re.compile(
    r"退货|换货|退款|退换|维修|发货|配送|运费|邮费|包邮|发票|物流|快递|优惠|折扣|积分|地址|签收|付款|支付|到账|预约|取消|投诉|售后|电话|时间|流程"
    r"|手续费|押金|定金|条件|期限|费用"
)
_OWN = re.compile(r"积分|发票|优惠券|会员|押金|定金")  # handled like an order, yet a trait of theirs is asked of nothing else


@dataclass(frozen=True)
class Reading:
    """`text`: the question as it stands alone, "" when it is so already or cannot be told; `depends`: it needs what was said before."""

    text: str = ""
    depends: bool = False


def read(question: str, history: Sequence[Exchange]) -> Reading:
    """Rewrite a follow-up from the last exchanges. Pure; what is not recognised is left as it is."""
    bare = _END.sub("", question.strip())
    told = [exchange for exchange in history if exchange.question.strip()]
    if not bare or len(bare) > LONGEST:
        return Reading()
    short = _LEAD.sub("", bare) or bare
    found = _recognised(bare, short)
    if found is None:
        return Reading()
    if not told:
        return Reading(depends=True)
    text = found(short, _last_line(told[-1].question), told)
    return Reading(text if text and text != question else "", depends=True)


def _recognised(bare: str, short: str):
    """The rule for this question; None when it stands alone."""
    if _MORE.match(bare) or _MORE.match(short):
        return lambda _said, last, _told: f"除此之外，{last}"
    if _DETAIL.match(short):
        return lambda said, last, _told: f"{last}{said}"
    if _PLACE.match(plain_numbers(short)) or _LAST.match(short):
        return _from_list
    if pronoun(short):
        return _with_pronoun
    if not content(short):
        return _bare
    if _ELLIPSIS.match(short) or (_also(short)):
        return _ellipsis
    if short != bare and bare.startswith("那") and len(short) <= 12 and not topic(short):
        return _about_the_same
    return _about_the_same if is_trait_only(short) else None


def _also(text: str) -> bool:
    match = _ALSO.match(text)
    return bool(match and topic(match["new"]))


def pronoun(text: str) -> re.Match[str] | None:
    """Where the text points at something said before: 它, 这个, 那款; not 这个月, 其它."""
    hidden = _NOT_PRONOUN.sub(lambda match: "〇" * len(match[0]), text)
    found = _PRONOUN.search(hidden)
    if found or not (this := _THIS.search(hidden)):
        return found
    return None if topic(text[this.end() :]) else this  # 这款电饭煲 names the thing, 这个保修多久 does not


def content(text: str) -> list[str]:
    """Words that say what is asked about."""
    return [word for word in question_words(text) if word not in QUESTION_WORDS and word not in KIND_NOUNS and len(word) > 1]


def topic(question: str) -> str:
    """The thing a question is about: its first run of words that are neither grammar nor a trait or an action; "" when there is none."""
    words = _tokens(question)
    run: list[tuple[int, str]] = []
    for start, word in words:
        joined = bool(run) and run[-1][0] + len(run[-1][1]) == start
        if _is_thing(word) and (not run or joined):
            run.append((start, word))
        elif run:
            break
    if not run or _ACTIONS.search(question[: run[0][0] + 1]):
        return ""  # 退货运费谁承担 is about returns, not about a thing
    return _TOWARDS.sub("", question[run[0][0] : run[-1][0] + len(run[-1][1])])


def _tokens(text: str) -> list[tuple[int, str]]:
    codes = [(match.start(), match[0]) for match in re.finditer(r"[A-Za-z0-9]+(?:[-_.][A-Za-z0-9]+)*", text)]
    return sorted([*segments(text), *codes])


def _is_thing(word: str) -> bool:
    plain = fold(word)
    if plain in QUESTION_WORDS or plain in KIND_NOUNS or _TRAITS.fullmatch(plain) or _ACTIONS.search(plain):
        return False
    return len(plain) > 1 and not re.fullmatch(
        r"你们|我们|咱们|可以|能否|支持|多少|怎么|如何|请问|想问|购买|下单|申请|办理|需要|\d+", plain
    )


def _topic_of(told: Sequence[Exchange]) -> str:
    return next((found for exchange in reversed(told) if (found := topic(_last_line(exchange.question)))), "")


def _with_pronoun(said: str, _last: str, told: Sequence[Exchange]) -> str:
    match, thing = pronoun(said), _topic_of(told)
    return said[: match.start()] + thing + said[match.end() :] if match and thing else ""


def _bare(said: str, last: str, told: Sequence[Exchange]) -> str:
    """多少钱 after a product question: of that product. Without a thing the whole last question is what it is about."""
    return (_topic_of(told) or _stem(last)) + said


def _about_the_same(said: str, last: str, told: Sequence[Exchange]) -> str:
    thing = _topic_of(told)
    return thing + said if thing and thing not in said else ""


def _ellipsis(said: str, last: str, told: Sequence[Exchange]) -> str:
    """那X呢: X in place of what it corresponds to in the last question, else X of the thing the question was about."""
    match = _ELLIPSIS.match(said) or _ALSO.match(said)
    new = match["new"].strip()
    if old := _counterpart(new, last):
        return last.replace(old, new, 1)
    thing = _topic_of(told)
    if _TRAITS.search(new):
        return f"{thing}的{new}" if thing and thing not in new else ""
    if _ACTIONS.search(new):
        action = _ACTIONS.search(last)
        return f"{thing}{action[0] if action else ''}的{new}" if thing or action else ""
    here = topic(last)
    return last.replace(here, new, 1) if here else f"{new}{last}"


def _counterpart(new: str, last: str) -> str:
    """The word of the last question that the new one stands against: a code for a code, a number for a number, 退货 for 换货."""
    if re.fullmatch(r"[A-Za-z]+[-_.A-Za-z0-9]*\d[-_.A-Za-z0-9]*", new):
        codes = re.findall(r"[A-Za-z]+[-_.A-Za-z0-9]*\d[-_.A-Za-z0-9]*", last)
        return codes[0] if codes else ""
    if trait := _TRAITS.search(new) or _ACTIONS.search(new):
        actions = [match[0] for match in _ACTIONS.finditer(last) if set(match[0]) & set(trait[0]) and match[0] != trait[0]]
        return actions[0] if actions and trait[0] == new else ""
    words = [word for _start, word in _tokens(last) if len(word) > 1 and fold(word) not in QUESTION_WORDS]
    alike = [word for word in words if word != new and set(word) & set(new) and abs(len(word) - len(new)) <= 1]
    return max(alike, key=lambda word: len(set(word) & set(new)), default="")


def _from_list(said: str, last: str, told: Sequence[Exchange]) -> str:
    """第二个呢: that item of the last answer's list."""
    match = _PLACE.match(plain_numbers(said)) or _LAST.match(said)
    items = items_of(told[-1].answer)
    place = int(match["n"]) if "n" in match.groupdict() else len(items)
    if not 0 < place <= len(items):
        return ""
    rest = re.sub(r"^(?:呢|怎么样|如何)?$", "", match["rest"])
    thing = topic(last)
    item = items[place - 1]
    return f"{thing if thing and thing not in item else ''}{item}{rest or '的具体内容'}"


def items_of(answer: str) -> list[str]:
    """The items an answer lists: numbered lines, else the longest series A、B和C."""
    plain = _MARKS.sub("", answer)
    lines = [match["item"].strip()[:40] for match in _ITEM.finditer(plain)]
    if len(lines) > 1:
        return lines
    series = max(_SERIES.findall(plain), key=len, default="")
    parts = [part for part in re.split(r"、|以及|和|或", series) if part]
    return [re.sub(r"^.*(?:有|包括|分为|为|是|支持)", "", part).strip() or part for part in parts]


def is_trait_only(text: str) -> bool:
    """多大容量, 保修多久: asked of a thing, and no thing is named."""
    return len(text) <= 10 and bool(_TRAITS.search(text)) and not topic(text) and not _OWN.search(text)


def _stem(question: str) -> str:
    """A question up to where it asks: 退货运费谁出 -> 退货运费."""
    return _QUESTION_PART.split(question, maxsplit=1)[0] or question


def _last_line(question: str) -> str:
    return _END.sub("", question.strip().splitlines()[-1].strip())
