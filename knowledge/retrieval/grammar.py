"""The grammar of questions. In a large base idf knows that 什么 says nothing; among thirty passages it is as rare as any other word."""

SHARE = 0.2  # of its weight that such a word keeps


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


WORDS = _set(
    "的 了 是 在 有 和 与 及 或 也 都 就 吗 呢 吧 啊 呀 么 嘛 啦 哦 请 请问 问 一下 想 要 我 你 您 我们 你们 他 她 它 这 那 这个 那个 什么 多少 谁 哪 "
    "哪里 哪儿 哪个 哪些 几 几个 怎么 怎样 如何 怎么样 怎么办 为什么 为何 何时 多久 多长 多大 什么时候 时候 啥 咋 给 把 被 让 对 从 到 于 为 以 之 其 会 能 "
    "可以 能否 是否 需要 知道 告诉 说 一个 还 还是 又 再 很 太 最 意思 得 着 个 下 上 里 不 没 没有 "
    "what which who whom whose when where why how is are was were do does did can could should would the a an of to in on for and or my your i you it"
)


def share(word: str) -> float:
    """What a word of a question keeps of its weight."""
    return SHARE if word in WORDS else 1.0
