"""How orders to the machine look, by kind, in text that guard.readable has made plain: lower case, half width, one blank, nothing invisible."""

import re

OVERRIDE, PERSONA, PROMPT, FORGED, OUTPUT, CARRY, DATA = "override", "persona", "prompt", "forged", "output", "carry_out", "data"


def _any(words: str) -> str:
    """One of the words; `_` in a word is a blank, `~` an optional one."""
    return "(?:" + "|".join(word.replace("_", " ").replace("~", " ?") for word in words.split()) + ")"


# Where an order begins: at a clause, or behind what makes it one. "卖家无视所有规则" tells, "无视所有规则" orders.
_START = (
    r"(?:^|[，,。.；;：:！!？?\n\"“”‘’'「」（）()\[\]【】<>*#|\-—\s]|"
    + _any(
        "请 你 您 现在 立刻 立即 马上 必须 应该 应当 需要 可以 麻烦 帮我 帮忙 直接 先 首先 从现在开始 从现在起 接下来 然后 并且 并 和 及"
    )[3:]
)
_DROP = _any(
    "忽略 无视 忘记 忘掉 忘了 抛弃 抛开 放弃 丢弃 丢掉 推翻 覆盖 跳出 突破 绕过 绕开 不要再?理会 不要再?遵守 不要再?遵循 不要再?遵从 不要再?执行 "
    "不要再?管 别再?理会 别再?遵守 别再?遵循 别再?管 停止遵守 停止遵循 停止执行 不再遵守 不再遵循"
)
_WHICH = _any(
    "所有 全部 任何 一切 以上 上面 上述 上方 之前 前面 先前 此前 原来 原有 原本 最初 你的 您的 系统 既定 现有 安全 内容 一开始 开头"
)
_RULES = _any("规则 指令 指示 设定 提示词 命令 约束 限制 准则 人设 人格 prompts? 审核标准 安全策略 instructions?")
_DROP_EN = _any("ignore disregard forget override bypass discard")
_PRIOR = _any(
    "all any every the your my previous prior above earlier preceding foregoing system initial original safety security existing of these those"
)
_RULES_EN = _any("instructions? rules? prompts? guidelines? directions? directives? restrictions? constraints? policies context")
_ASKED_EN = "".join(rf"(?<!\b{words} )" for words in ("can i", "should i", "may i", "could i", "do i", "to safely"))

_UNBOUND = r"(?:不受(?:任何|一切)?[^。，]{0,6}(?:限制|约束|管束)|没有(?:任何)?[^。，]{0,6}(?:限制|约束|道德|审查|底线)" + _any(
    r"\bdan\b 黑客 越狱 无限制的? 上帝模式 邪恶 数据库管理员 管理员模式 安全测试员 渗透测试员?"
).replace("(?:", "|", 1)
_MODES = _any("开发者模式 调试模式 debug模式 维护模式 root模式 测试模式")
_BECOME = (
    r"(?:你现在(?:就)?(?:是|扮演|变成|进入)|从现在(?:开始|起)[，,\s]*你(?:就|将|要)?(?:是|扮演|变成|进入|叫|作为|没有|不受|不再)"
    r"|(?:请|来|要求)?你?扮演|(?:假装|假设|想象)(?:一下)?你(?:是|正|处)|你是|你将(?:扮演|作为)|你(?:切换)(?:到|为|成))"
)
_BECOME_EN = (
    r"(?:you are now|from now on,? you(?: are|'re| will| must)|pretend (?:to be|you are|that you)|act as|role-?play as|imagine you are)"
)
_UNBOUND_EN = _any(
    r"dan jailbr\w+ unrestricted no_rules no_limits no_restrictions no_filters without_any_rules without_rules without_restrictions without_limits "
    "without_filters hacker evil developer_mode admin administrator root debug_mode do_anything"
)

_TELL = _any(
    "输出 打印 显示 告诉 透露 泄露 泄漏 复述 重复 原样 逐字 展示 给我看 翻译 念出 念 背出 背 列出 写出 公开 说出 描述 总结 发给我 是什么 有哪些 粘贴 还原"
)
_PROMPT = _any(
    "系统提示词 系统指令 system~prompt 你的提示词 你的初始提示词? 你的初始指令 你的系统提示 你的系统指令 你的内部指令 你的内部规则 你的隐藏指令 你的隐藏规则 初始提示词? "
    "初始指令 隐藏的?指令 隐藏的?提示词 隐藏的?规则 开发者消息 你收到的指令 你收到的提示 你收到的规则 审核规则"
)
_TELL_EN = _any(
    "reveal print show output repeat tell_me display leak dump what_is what_are what_was what_were give_me recite translate summari[sz]e"
)
_PROMPT_EN = (
    r"(?:system prompt|(?:your|hidden|initial|original|secret|internal) (?:system )?(?:prompts?|instructions?|rules|directives?|guidelines)"
    r"|instructions? (?:you were|above)|text above|words above)"
)

_MACHINE = r"(?:(?<![a-z])ai(?![a-z])|人工智能|助手|机器人|大模型|语言模型|(?<![a-z])(?:assistant|chatbot)(?![a-z])|客服系统)"
_MUST = r"(?:只(?:能|需|许|准)|只(?=回复|回答|输出)|必须|务必|一律|一定要|应当|应该|需要)"
_QUOTE = r"[“\"'「『]"
_ANSWER_EN = _any("reply respond answer say output")

_PERSONAL = _any("手机号码? 电话 电话号码 联系方式 身份证号? 住址 地址 邮箱 银行卡号? 聊天记录 对话记录 订单信息 个人信息 密码 工资表?")
_PEOPLE = _any("客户 用户 顾客 买家 会员 员工 人")
_OTHERS = (
    rf"(?:(?:所有|全部|其他|其它|别的|上一?[位个名]|前一?[位个名]|另一?[位个名]|每一?[位个名]|刚才那[位个])的?{_PEOPLE}"
    r"|(?:客户|用户|顾客|会员|员工)(?:们)?的?(?=[^，。？]{0,12}(?:清单|列表|名单|全部|工资)))"
)
_HAND_OVER = _any("列出 导出 输出 打印 泄露 泄漏 发我 给我 告诉我 查一?下 查询 调出 透露 显示 说一?下 整理")

_PATTERNS: dict[str, tuple[str, ...]] = {
    OVERRIDE: (
        rf"{_START}{_DROP}掉?(?:[你您]?(?:被给予|收到|知道)的)?(?:{_WHICH}[的了]?){{1,3}}[^。！？，,\n]{{0,6}}{_RULES}(?!吗|么|会|怎|如何|是否)",
        rf"{_START}(?:突破|绕过|绕开|忽略|无视)(?:你的)?(?:内容审核|内容过滤|安全审核|安全限制|验证码限制|审核机制|审核标准|系统提示词|系统指令)",
        r"^(?:请|你)?(?:忽略|无视) ?规则(?!怎|如何|是|的|有|在|配|设|写|文件|列表|语法|支持|不)",
        r"(?:规则|指令|设定|限制|提示词)(?:已经?|都|全部)*(?:作废|失效|不再有效|被?取消|解除|清空)[^。\n]{0,20}(?:你|新的?(?:规则|指令|设定))",
        rf"{_ASKED_EN}\b{_DROP_EN}\s+(?:{_PRIOR}\s+)*{_PRIOR}\s+{_RULES_EN}\b",
        r"\b(?:do not|don't|stop)\s+(?:follow|obey|comply with)(?:ing)?\s+(?:the |your |any |all )*(?:previous|above|system|prior|earlier) (?:instructions?|rules?|prompts?)\b",
        r"(?:新的?|最新的?)(?:系统)?(?:指令|指示)\s*[:：]|\bnew (?:system )?(?:instructions?|directives?)\s*:",
        r"\bhu lve\b.{0,12}\bgui ?ze\b",
    ),
    PERSONA: (
        rf"{_BECOME}(?:一个|一名|一位|个)?[^。！？!?\n]{{0,12}}{_UNBOUND}",
        rf"你(?:现在)?(?:已经?)?(?:进入|处于|切换到|开启)了?[^。！？\n]{{0,8}}{_MODES}",
        r"(?:忘记|忘掉)(?:你|自己)(?:是|的)[^。，\n]{0,8}(?:客服|助手|身份|角色|机器人|ai)",
        rf"\b{_BECOME_EN}\b[^.!?\n]{{0,50}}\b{_UNBOUND_EN}\b",
        r"\bdo anything now\b|\b(?:enable|enter|activate) (?:dan|god|jailbreak) mode\b",
    ),
    PROMPT: (
        rf"{_TELL}[^。！？\n]{{0,16}}{_PROMPT}",
        rf"{_PROMPT}[^。！？\n]{{0,16}}{_TELL}",
        r"(?:重复|复述|输出|打印|翻译)(?:一遍)?(?:以上|上面|上述|前面|你之前)的?(?:所有|全部|一切)?(?:文字|内容|的话|文本|对话)[^。\n]{0,12}(?:原样|逐字|一字不差|从.{0,6}开头|代码块)",
        rf"\b{_TELL_EN}\b[^.!?\n]{{0,40}}\b{_PROMPT_EN}\b",
    ),
    FORGED: (
        r"<\|[a-z_ ]{2,24}\|>|\[/?inst\]|<</?sys>>|<(?:start|end)_of_turn>|</?(?:passage|question|dialogue)\b[^>\n]{0,40}>",
        r"</?(?:system|assistant|developer|instructions?|sys)(?:[ _-](?:prompt|message|note|override))?\s*>",
        r"(?:^|\n)[#*`\s]*(?:system|assistant|developer|系统(?:消息|指令|提示)?|助手|开发者)\s*(?:message|note|override|prompt)?\s*[:：]"
        r"[^\n]{0,60}(?:你(?!好|的)|忽略|必须|输出|只?回复|you |ignore|must|reply|output)",
        r"```\s*(?:system|assistant|instructions?)\b|-{3,}\s*(?:end|begin|start)\b[^\n]{0,20}(?:context|document|prompt|instructions?|user input)",
        r"(?:以上|检索)(?:资料|内容|文档)(?:到此)?结束[^\n]{0,12}(?:系统|指令|新的|以下是)",
        r"[\"'](?:tool_calls?|function_call|tool_name)[\"']\s*:|</?(?:tool_call|function_call|tool_use|invoke)\b",
    ),
    OUTPUT: (
        rf"{_MACHINE}[^。！？\n]{{0,14}}{_MUST}[^。！？\n]{{0,8}}(?:回复|回答|输出|说(?!明)|答复|告诉)",
        rf"[你您](?:现在)?(?:只(?:能|需|许|准)|必须|务必|一律|一定要)[^。！？\n]{{0,8}}(?:回复|输出|答复)[^。\n]{{0,3}}(?:[:：]|{_QUOTE})",
        rf"(?:^|[，,。；;\n])\s*请?(?:只|仅|务必|必须|一律)(?:回复|输出|回答|答复)(?:这一?句|这个词|这几个字|以下(?:内容|文字))\s*[:：]?\s*{_QUOTE}?",
        rf"\b(?:you must|assistant must|ai must|{_ANSWER_EN} (?:only |just )?with only|(?:only|just) {_ANSWER_EN})\b[^.!?\n]{{0,20}}[\"“'‘:]",
        rf"\b(?:ai|assistant|chatbot|language model|llm)s?\b[^.!?\n]{{0,20}}\b(?:must|should|shall|has to)\b[^.!?\n]{{0,12}}\b(?:{_ANSWER_EN}|tell|recommend)\b",
    ),
    CARRY: (
        r"(?:回答|回复|答案|答复)的?(?:末尾|结尾|最后|开头|前面|后面|中)[^。！？\n]{0,12}(?:加上?|附上?|插入|添加|包含|放)[^。\n]{0,16}(?:链接|网址|图片|http|!\[)",
        r"!\[[^\]\n]{0,60}\]\(\s*https?://[^)\s]*[?&=][^)]*(?:\{|\[|<|%7b|对话|内容|手机|问题|上文|secret|data|prompt|history|conversation)",
        r"\b(?:append|add|include|insert|embed|render)\b[^.\n]{0,30}\b(?:image|link|url|markdown)\b[^.\n]{0,60}(?:!\[|conversation|history|prompt|every (?:answer|reply))",
        r"(?:把|将)(?:以上|上面|上述|全部|整个|之前的?)?(?:对话|聊天记录|上文|提示词|系统提示|客户信息|用户信息)[^。\n]{0,16}(?:发送|发|提交|传|编码|拼接?|附)(?:到|给|至|进|在)",
    ),
    DATA: (
        rf"{_HAND_OVER}[^。！？\n]{{0,10}}{_OTHERS}[^。！？\n]{{0,10}}{_PERSONAL}",
        rf"{_OTHERS}[^。！？\n]{{0,10}}{_PERSONAL}[^。！？\n]{{0,8}}(?:列出|导出|输出|打印|泄露|发我|给我|告诉我|清单|列表|是多少|是什么|念)",
        r"(?:泄露|泄漏|导出|拖走|下载)(?:所有|全部|整个)?(?:用户|客户|员工)的?(?:数据|列表|资料|信息|工资表|数据库)(?!吗|怎|后|了|会|的|模板|功能)",
        r"(?:把|将)(?:数据库|系统)里?的?(?:用户|客户)[^。\n]{0,10}(?:列出|导出|发)",
        r"\b(?:list|show|give me|reveal|dump|export|tell me|print)\b[^.!?\n]{0,30}\b(?:other|all|previous|last|every|another)\b[^.!?\n]{0,12}"
        r"\b(?:customers?|users?|clients?)(?:'s?|s')?\b[^.!?\n]{0,20}\b(?:phone|number|address|email|orders?|details|passwords?)",
        r"\b(?:tell|give|show) me the (?:admin |database |root )?password\b",
    ),
}
BY_KIND = {kind: re.compile("|".join(f"(?:{one})" for one in several)) for kind, several in _PATTERNS.items()}
# What stands in documents too: a passage tells customers things, it never speaks to the machine.
IN_DOCUMENTS = (OVERRIDE, PERSONA, FORGED, OUTPUT, CARRY)
MARKUP = re.compile(
    r"</?(?:system|assistant|developer|instructions?|sys|tool_call|function_call|tool_use|invoke)\b|[\"'](?:tool|function)"
)  # examples in manuals
# In what somebody took pains to hide, less is enough.
BARE_OVERRIDE = re.compile(rf"(?:忽略|无视|忘记|忘掉|绕过|突破).{{0,6}}{_RULES}|ignore.{{0,20}}(?:rules?|instructions?)")
# A line without any of these gives no orders; looking for them costs microseconds.
HINTS = re.compile(
    r"忽略|无视|忘[记掉了]|抛[开弃]|推翻|突破|绕[过开]|不要再?[理遵执管]|别再|停止[遵执]|不再[遵有]|作废|失效|扮演|你是|你现在|从现在|假[装设]"
    r"|你将|你切换|新的?指|指示|助手|机器人|大模型|语言模型|人工智能|客服系统|[你您].{0,12}(?:回复|输出|答复)|[只仅](?:回|输)|一律|务必|必须"
    r"|(?:回答|回复|答案|答复)的?[末结最开前后中]|对话|聊天记录|资料|结束|上文|<[|<]|inst\]|</?[a-z]|_of_turn|```|-{3}|gnore|isregard|orget\b|verride"
    r"|ypass|iscard|do not |don't|stop|you are now|from now|pretend|act as|role-?play|imagine|anything now|mode\b|must|reply|respond|assistant"
    r"|chatbot|\bai\b|llm|system|developer|系统|开发者|!\[|append|embed|insert|include|_call|hu lve|&#|\\u",
    re.IGNORECASE,
)
