"""Names of people, where the words before say that one follows (我叫, 姓名, 收货人 ...), or a mobile number stands beside (张伟 138...).

Names elsewhere look like any other word.
"""

import re
from collections.abc import Iterator

from scrm.privacy.types import LIKELY, Finding, Kind

# The commonest surnames: about 97 % of all people by the census of 2020 (public lists of the Ministry of Public Security).
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊"
    "秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤常温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮"
    "柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏"
    "宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝官封谈匡鞠惠荆乐冀郁胥南班储原栗燕楚鄢劳谌奚"
)
_COMPOUND = "欧阳|上官|司马|诸葛|司徒|东方|皇甫|尉迟|公孙|慕容|令狐|夏侯|端木|南宫|司空|独孤|宇文|长孙|轩辕"
_CUE = (
    r"(?:我叫|(?:(?<!签)名字|姓名|大名(?!单)|全名)|收[货件]人|联系人|签收人|寄件人|持卡人|"
    r"开户名|户主|(?<![用账帐])户名|本人|客户|用户(?!名)|(?:申请|投保|被保险|乘车|入住)人)"
    r"[ ]?(?:名字|姓名)?[ ]?(?:(?:请|要|想)?(?:改|换|写|填)[成为]?(?=\S{2}))?[ ]?(?:[是叫为:：]){0,2}[ ]?"
)
_NAME = rf"(?:(?:{_COMPOUND})[\u4e00-\u9fff]{{1,2}}|[{_SURNAMES}][\u4e00-\u9fff]{{1,2}})"
_MOBILE = r"(?:\+?86[ \-]?)?1[3-9]\d[ \-]?\d{4}[ \-]?\d{4}(?!\d)"
# As people paste where a parcel goes: 张伟，13812345678，浙江省...
_BEFORE_MOBILE = re.compile(rf"(?:^|[\s，,、；;。])({_NAME})(?:先生|女士|小姐)?[\s，,、:：]{{0,2}}(?={_MOBILE})")
_AFTER_MOBILE = re.compile(rf"(?<!\d){_MOBILE}[\s，,、]{{1,2}}({_NAME})(?=$|[\s，,、；;。])")
_NOT_BESIDE = re.compile(r"金额|安全|白天|常用|万一|项目|安排|向我|麻烦|明天|明早|游客|房东|房间|段落|党员|谈谈|商家|商量|温馨|权限")
# What goes on after a name of two characters: no given name ends so.
_GOES_ON = (
    "号住家年男女性联邮微收寄咨请的是在我你他她您想要买问电手打说来去有没请订和跟与及或也就都能可会不给收地身邮已还刚今昨前下办申退换查投"
)
_CHINESE = re.compile(rf"{_CUE}((?:{_COMPOUND})[\u4e00-\u9fff]{{1,2}}|[{_SURNAMES}][\u4e00-\u9fff]{{1,2}})")
_LATIN = re.compile(rf"{_CUE}([A-Z][a-z]+(?:[ ·][A-Z][a-z]+){{0,3}})(?![A-Za-z0-9])")
# The cue alone is weak: 客户 and 用户 stand before many words, so a name must end where a clause or a number begins.
_WEAK = re.compile(r"(?:客户|用户|本人)[ ]?$")
_OVER = re.compile(r"$|[\s，。；、,;:：.!！?？()（）\d<]|电话|手机|身份证|地址|住|先生|女士")
_ENDS = re.compile(r"$|[\s，。；、,;:：.!！?？()（）\d<]|电话|手机|打|来|说|的|先生|女士|小姐")
_STRONG = re.compile(r"我叫|姓名|(?:收[货件]|联系|寄件|签收|持卡)人")
# Surnames that are common words: unless the cue leaves no doubt they are taken for the word.
_WORDS = re.compile(r"[和单连文关付成时于从应简车路全方]")
_NOT_NAMES = re.compile(
    r"^(?:什么|信息|地址|电话|手机|不对|不符|号码|填错|写错|错误|是谁|怎么|如何|可以|服务|中心|关系|管理|经理|方面|安全|成功|时间|全称|应该|明细|何时)"
)


def names(text: str) -> Iterator[Finding]:
    yield from _announced(text)
    for pattern in (_BEFORE_MOBILE, _AFTER_MOBILE):
        for match in pattern.finditer(text):
            if not any(words.match(match[1]) for words in (_WORDS, _NOT_BESIDE, _NOT_NAMES)):
                yield Finding(Kind.NAME, match.start(1), match.end(1), match[1], LIKELY - 0.1)


def _announced(text: str) -> Iterator[Finding]:
    for pattern in (_CHINESE, _LATIN):
        for match in pattern.finditer(text):
            start, name = match.start(1), match[1]
            if pattern is _CHINESE and len(name) > 2 and name[-1] in _GOES_ON and not _OVER.match(text, start + len(name)):
                name = name[:-1]
            end = start + len(name)
            weak = bool(_WEAK.search(text[match.start() : start]))
            if _NOT_NAMES.match(name) or not _fits(text, name, end, weak, bool(_STRONG.match(text, match.start()))):
                continue
            yield Finding(Kind.NAME, start, end, name, LIKELY)


def _fits(text: str, name: str, end: int, weak: bool, strong: bool) -> bool:
    """Whether the clause may go on so after a name."""
    if _WORDS.match(name) and not strong:
        return not weak and bool(_ENDS.match(text, end))
    return not weak or bool(_ENDS.match(text, end))
