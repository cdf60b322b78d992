"""Whether two clauses say the same thing with the same sign: 支持退货 is not 不支持退货, 5天以上 is not 5天以内."""

import re

# Words that hold a negating character and negate nothing.
_HARMLESS = re.compile(
    r"不仅|不但|不只|不光|不单|不断|不同|不错|不少|不妨|不锈|不论|不管|不过|不好意思|不止|不久|对不起|差不多|了不起|不如|无论|无线|无人机|无纺|无缝|无障碍"
    r"|除非|非常|非洲|是非|并非常|未来|未必然|特别|区别|级别|性别|类别|别人|别墅|别的|分别|鉴别|个别|差别|识别|别名|另外|没关系|没问题|不客气|不用谢|不要紧"
    r"|能不能|是不是|可不可以|会不会|要不要|有没有|行不行"
)
_DOUBLE = re.compile(r"不得不|不能不|不会不|无不|未必不|不无|非.{1,6}不可|并不是不")
_NEGATES = re.compile(r"不|没有?|无(?!锡)|未|勿|别|非|禁止|严禁|谢绝|拒绝|拒收|免除|除外|停止|暂停|取消|不含|免(?=费|邮|运|押|息|税)")
_CLAUSES = re.compile(r"[，,。；;！!？?、\n|（）()]+")
_AT_LEAST = re.compile(r"以上|超过|高于|大于|多于|至少|最少|不少于|不低于|之后|以后|起(?=[，。；]|$)|满(?=\d)")
_AT_MOST = re.compile(r"以下|以内|之内|(?<=[天日时钟月年周])内|低于|小于|少于|不足|不满|最多|至多|不超过|不高于|之前|以前|截至|截止")


def negations(text: str) -> int:
    """How many words of the folded text negate."""
    return len(_NEGATES.findall(_HARMLESS.sub("", _DOUBLE.sub("", text))))


def bare(text: str) -> str:
    """The text without what negates, to find the clause that speaks of the same thing."""
    return _NEGATES.sub("", _HARMLESS.sub("", text))


def clauses(text: str) -> list[str]:
    return [clause for clause in _CLAUSES.split(text) if clause.strip()]


def opposite(source: str, sentence: str) -> str:
    """The first clause of the folded sentence that the source says with the other sign; "" when there is none."""
    known = clauses(source)
    for clause in clauses(sentence):
        window = _nearest(known, clause)
        if window and (negations(window) % 2 != negations(clause) % 2 or _other_bound(window, clause)):
            return clause
    return ""


def _nearest(known: list[str], clause: str) -> str:
    """Of one to three neighbouring clauses the shortest stretch that says most of the clause's pairs; "" when none says half of them."""
    pairs = _pairs(bare(clause))
    best, most = "", 0.0
    for first in range(len(known)):
        for last in range(first + 1, min(first + 3, len(known)) + 1):
            stretch = "，".join(known[first:last])
            said = bare("".join(known[first:last]))
            share = sum(pair in said for pair in pairs) / len(pairs) if pairs else 0.0
            worth = share - 0.1 * (last - first)
            if share >= 0.5 and worth > most:
                best, most = stretch, worth
    return best


def _pairs(text: str) -> set[str]:
    plain = re.sub(r"[^\w%]", "", text)
    return {plain[i : i + 2] for i in range(len(plain) - 1)}


def _other_bound(window: str, clause: str) -> bool:
    low, high = bool(_AT_LEAST.search(clause)), bool(_AT_MOST.search(clause))
    source_low, source_high = bool(_AT_LEAST.search(window)), bool(_AT_MOST.search(window))
    return (low and not high and source_high and not source_low) or (high and not low and source_low and not source_high)
