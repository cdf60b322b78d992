"""What kind of answer a question asks for.

Rules over question words and the head noun of a noun-phrase question ("2022年澳网男单冠军"); a question they do not know asks for
ANY kind and every sentence may answer it.
"""

import re
from enum import StrEnum


class Wanted(StrEnum):
    AMOUNT = "amount"
    TIME = "time"
    PLACE = "place"
    WHO = "who"
    HOW = "how"
    WHETHER = "whether"
    WHICH = "which"
    ANY = "any"


# One short fact answers these; the others ask for an explanation.
FACTS = frozenset({Wanted.AMOUNT, Wanted.TIME, Wanted.PLACE, Wanted.WHO, Wanted.WHICH})


_ASKED: tuple[tuple[Wanted, re.Pattern[str]], ...] = (
    (
        Wanted.TIME,
        re.compile(
            r"什么时[候间]|何时|哪[一]?[年天月日]|几[月号点]|几时|(?:几|多少)个?(?:天|小时|分钟|工作日|周|星期|月|年)|多久|多长时间|(?:期|期限)[是有为]?多长|啥时候|时限|期限"
        ),
    ),
    (
        Wanted.AMOUNT,
        re.compile(r"多少|(?<!好)几[个人名次家只件条元块届枚部位种项岁级集站倍座台艘架周天小时分钟年]|多[大高长重远深宽快]|多贵|第几|排名"),
    ),
    (Wanted.PLACE, re.compile(r"哪里|哪儿|(?<!如)何处|在哪(?![些个种款项])|什么地方|哪个(?:城市|国家|省|地方|平台|公司|地区)|何地|去哪")),
    (Wanted.WHO, re.compile(r"谁|哪位|何人|什么人|哪些人|哪支|哪[一]?个(?:队|人|球队)")),
    (Wanted.HOW, re.compile(r"怎么|如何|怎样|咋|为什么|为何|什么原因|怎麼|什么办法|步骤|流程")),
    (
        Wanted.WHICH,
        re.compile(
            r"叫什么|名字|名称|哪[一]?[个部家款种届集首本项门](?!人|队|区别)|什么(?:类型|项目|电影|专业|牌子|品牌|颜色|型号|材质|尺寸|快递|级别|职位|学校|语言|系统|格式|口味)"
            r"|的(?!.*(?:区别|作用|原因|意思|流程|步骤|方法|方式|优势|特点|关系|含义|功能|规则|条件|要求|影响|风险|好处|目的|场景|不同|差异))[^的，]{1,8}[是为]什么"
        ),
    ),
    (
        Wanted.WHETHER,
        re.compile(r"吗[？?。]?$|是否|能不能|可不可以|能否|可否|会不会|有没有|是不是|要不要|行不行|支不支持|需不需要|可以.*[吗么]"),
    ),
)
_HEADS: tuple[tuple[Wanted, re.Pattern[str]], ...] = (
    (Wanted.TIME, re.compile(r"(?:时间|日期|日子|年份|时刻|生日|保修期|有效期|保质期|质保期|期限)$")),
    (
        Wanted.AMOUNT,
        re.compile(
            r"(?:数|量|率|额|值|票房|营收|收入|奖金|规模|震级|比分|面积|价格|价钱|售价|单价|定价|报价|运费|邮费|费用|年龄|身高|人次|成本|利润|增速|增幅|排名|成绩)$"
        ),
    ),
    (Wanted.PLACE, re.compile(r"(?:地点|起点|终点|举办地|举办国|国家|城市|所在地|地址|出生地|位置|产地|平台)$")),
    (
        Wanted.WHO,
        re.compile(
            r"(?:[冠亚季]军|得主|导演|主演|作者|编剧|主席|总统|总理|首相|[市校队令]长|教练|人|演唱者|歌手|设计师|主角|扮演者|金牌|嘉宾|对手)$"
        ),
    ),
    (Wanted.WHICH, re.compile(r"(?:20\d\d.*(?:最佳|年度).{1,8}|名字|名称|主题|吉祥物|型号|品牌|类型|颜色)$")),
)
_TAIL = re.compile(r"(?:分别|都|各)?(?:是|为|有|叫|在)?(?:多少|什么|谁|哪些|哪里|哪|几)?(?:啊|呢|呀|吗|么|的)?[？?！!。.\s]*$")


# Who pays ("运费谁出"): the verb says only that somebody bears it.
BEARS = re.compile(r"(?:由|该|是|归|让|要)?谁(?:来|该|要)?(?:出|付|掏|承担|负担|负责|买单|给)(?=[钱吗呢啊呀的？?。！!\s]|$)")


def wanted(question: str) -> Wanted:
    """The kind of answer asked for."""
    for kind, pattern in _ASKED:
        if pattern.search(question):
            return kind
    head = _TAIL.sub("", question)
    return next((kind for kind, pattern in _HEADS if pattern.search(head)), Wanted.ANY)


def asks_for_list(question: str) -> bool:
    """Whether more than one thing is asked: 分别, 哪些, A和B."""
    return bool(re.search(r"分别|哪些|哪几|有谁|[和与及、]", question))


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# The grammar of questions: these words say nothing of what is asked about.
QUESTION_WORDS = _set(
    "几天 几次 几年 几月 几号 几点 几小时 几分钟 几个月 几周 几种 几款 几件 几人 多少天 多少年 多少次 多少小时 "
    "的 了 是 在 有 和 与 及 或 也 都 就 吗 呢 吧 啊 呀 么 嘛 啦 哦 请 请问 问 下 一下 想 要 我 你 您 我们 你们 "
    "他 她 它 这 那 这个 那个 这里 那里 什么 多少 谁 哪 哪里 哪儿 哪个 哪些 哪位 哪年 几 几个 怎么 怎样 如何 怎么样 "
    "为什么 为何 何时 何 多久 多长 多大 时候 什么时候 啥 咋 分别 各 叫 做 给 把 被 让 对 对于 关于 从 到 于 为 以 之 "
    "其 中 上 里 个 名 位 次 会 能 可以 能否 是否 有没有 能不能 可不可以 需要 应该 知道 告诉 介绍 说 一个 还 还是 又 再 "
    "很 太 最 比较 以及 等 等等 呗 麻烦 谢谢 你好 您好 帮 帮忙 用 人 总共 一共 共 来 去 后 前 时 并 "
    "怎么办 咋办 怎么回事 什么意思 啥意思 怎么弄 怎么处理 "
)

# Nouns that name the kind of answer and need not stand beside it.
KIND_NOUNS = _set(
    "时间 日期 日子 年份 地点 地方 位置 数量 人数 数 总数 名字 名称 姓名 原因 理由 成绩 国家 城市 平台 价格 价钱 多少钱 钱 "
    "费用 情况 内容 类型 方法 方式 办法 步骤 流程 项目 名单 排名 区别 作用 意思 规模 举办国 几次 具体 主题 "
)
