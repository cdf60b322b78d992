"""The grammar of questions that may differ between two wordings of one question.

Chosen by mining 41,000 labelled pairs for those that differ in one place: a word stands here when leaving it out, or putting another of
its class, kept the meaning in (nearly) all pairs, in more than one field. 是, 有, 想, 不 and 吗 are not free: 0.8, 0.7, 0.8, 0.1, 0.4.
"""

CONTENT_LEAST = 2  # characters of content; 怎么办 alone is no question


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


def _classes(lines: str) -> dict[str, str]:
    """Each word of a line -> the first of the line."""
    return {word: line.split()[0] for line in lines.strip().splitlines() for word in line.split()}


ASKS = _set("怎么 为什么 什么 有什么 是什么 多久 什么时候 哪里 吗 怎么办 多少 多少钱 几 谁 怎么样 哪个")

# Said before the question.
OPENINGS = (
    r"您好|你好|亲|请问|请教|想?请?问(?:一?下)|我?想(?:问|知道|了解|咨询|请问|请教)(?:一?下)?|咨询(?:一?下)?|麻烦(?:问|请问)?(?:一?下)?"
    r"|(?:有)?谁知道|谁能告诉我|(?:能)?告诉我(?:一?下)?|打扰(?:一?下)?|客服|在吗|hi|hello"
)
# Left out wherever they stand.
ANYWHERE = _set(
    "的 啊 呢 呀 哦 噢 喔 哎 哈 啦 呗 吧 请 请问 麻烦 谢谢 多谢 您好 你好 到底 究竟 里 里面 比较 真的 确实 一下 得 地 在 该 应该 大概 大约"
)
# Left out beside a question for a way, a time, a place or an amount: 怎么能, 什么时候会, 需要多久.
WITH_ASK = _set("能 会 需要 要 才 才能 一般 通常 现在 目前 了")
# Cut out before words are: phrase -> its words.
PHRASES = {
    "怎么回事": "为什么", "咋回事": "为什么", "什么原因": "为什么", "啥原因": "为什么", "什么情况": "为什么", "为什么": "为什么", "为啥": "为什么",
    "是怎么回事": "为什么", "是什么原因": "为什么", "是什么情况": "为什么", "是为什么": "为什么",
    "怎么办": "怎么办", "咋办": "怎么办", "如何是好": "怎么办", "怎么处理": "怎么办", "如何处理": "怎么办", "怎样处理": "怎么办",
    "怎么样": "怎么样", "什么时候": "什么时候", "什么时间": "什么时候", "啥时候": "什么时候", "何时": "什么时候", "几时": "什么时候",
    "是什么时候": "什么时候", "多长时间": "多久", "多久": "多久", "哪里": "哪里", "哪儿": "哪里", "什么地方": "哪里", "啥地方": "哪里",
    "有哪些": "有什么", "有什么": "有什么", "都有哪些": "有什么", "都有什么": "有什么", "有啥": "有什么", "是什么": "是什么", "是啥": "是什么",
    "多少钱": "多少钱", "什么价格": "多少钱", "价格是多少": "多少钱", "价格多少": "多少钱", "什么价": "多少钱", "啥价": "多少钱",
    "能不能": "能?", "可不可以": "能?", "是否可以": "能?", "是否能": "能?", "可否": "能?", "能否": "能?", "会不会": "会?", "是否会": "会?",
    "是不是": "是?", "是否是": "是?", "有没有": "有?", "是否有": "有?", "需不需要": "需要?", "是否需要": "需要?", "要不要": "要?",
    "没有": "没", "会怎样": "怎么样", "会怎么样": "怎么样", "会如何": "怎么样",
}  # fmt: skip
# A question in itself: -> what it says without asking, "" = nothing.
YES_NO = {"能?": "能", "会?": "会", "是?": "是", "有?": "有", "需要?": "需要", "要?": "要", "吗": ""}
CLASSES = _classes(
    """
怎么 如何 怎样 咋 怎
什么 啥 哪些 哪种 何种
哪里 哪儿 何处
吗 么 嘛
能 可以 能够
导致 引起 造成
和 与 跟 及
登录 登陆
手机号 手机号码
账户 账号 帐号 帐户
使用 用
修改 更改 变更
您 你
没 没有
"""
)
