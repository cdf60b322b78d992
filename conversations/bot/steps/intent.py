"""What needs no knowledge: asking for a person, a greeting, thanks. And what asks nothing, but gives orders."""

import re
from dataclasses import replace

from django.conf import settings

from conversations.bot.guard import alarms
from conversations.types import BotState, Outcome, Verdict

_EDGES = re.compile(r"^[\s，。！!？?~～、.…]+|[\s，。！!？?~～、.…啊呀呢哦噢哈嘛吧了的]+$")
_POLITE = r"(?:请|麻烦|帮我|给我|我要|我想|要|想|快|能|可以|能不能|可不可以)*"
_HUMAN = re.compile(
    rf"{_POLITE}(?:(?:转|找|换|接|叫|联系|要)(?:一?下|个|到|接)?(?:真人|人工|客服|人工客服|人工服务|真人客服|活人)"
    r"|人工(?:客服|服务|坐席|咨询)?|真人(?:客服|服务)?|客服(?:人员)?|转接人工(?:客服)?|human|agent|(?:还是|问题)?(?:未|没|没有)解决)(?:吗|谢谢)?",
    re.IGNORECASE,
)
_HELLO = r"(?:客服|亲爱的|亲)?[，, ]*(?:[你您]们?好|hi|hello|hey|哈[喽啰]|嗨|在|在不在|有人在?|[早晚]|(?:早上|上午|中午|下午|晚上)好|亲|亲爱的)(?:客服|小姐姐)?吗?"
_ABOUT = r"(?:一?下|个问题|点事|件事|你们?|您)"
_OPENING = (
    rf"(?:[你您]好[，, ]*)?(?:请问一下|请问|我?(?:想|要)?(?:再)?(?:问|咨询|请教|了解){_ABOUT}+"
    rf"|有(?:个|点|些)?(?:问题|事)(?:想|要)?(?:问|咨询|请教)?{_ABOUT}?)"
)
_GREETING = re.compile(rf"{_HELLO}(?:[，, ！!。]*{_HELLO})?|{_OPENING}", re.IGNORECASE)
_YES = r"(?:好的?|嗯+|行|ok|okay)?[，, ]*"
_THANK = r"(?:谢谢|多谢|感谢|谢了|谢啦|thanks|thank you|thx|辛苦|再见|拜拜|明白|知道|收到)(?:你|您|大家|啦|了|你们)*"
_THANKS = re.compile(rf"{_YES}{_THANK}(?:[，, ！!。]*{_THANK})?", re.IGNORECASE)
_EMOJI = re.compile(r"(?:\[[^\]\s]{1,8}\]|[\U0001F000-\U0001FAFF\u2600-\u27BF\uFE0F\u200D])+")
_NOD = re.compile(r"(?:已经?|都)?解决了?|好|好滴|嗯+|行|ok|okay|没事|没问题|可以", re.IGNORECASE)


def core(text: str) -> str:
    """The text without signs and particles at its ends."""
    return _EDGES.sub("", _EDGES.sub("", text.strip()))


def asks_for_person(text: str) -> bool:
    """Whether the whole message asks for a person, and nothing else: "人工智能是什么" does not."""
    return bool(_HUMAN.fullmatch(core(text)))


def is_smalltalk(text: str) -> bool:
    return bool(_reply(text))


def _reply(text: str) -> str:
    bare = core(text)
    if _EMOJI.fullmatch(bare):
        return settings.THANKS_TEXT
    if not bare or _GREETING.fullmatch(bare):
        return settings.GREETING_TEXT
    if _THANKS.fullmatch(bare) or _NOD.fullmatch(bare):
        return settings.THANKS_TEXT
    return ""


def intent(state: BotState) -> BotState:
    """Hand over at once, or answer in a word; anything else goes on."""
    if asks_for_person(state.masked):
        return replace(state, verdict=Verdict.HAND_OVER, outcome=Outcome.HAND_OVER, reason="asked_for_person")
    if reply := _reply(state.masked):
        return replace(state, answer=reply, writer="phrase", verdict=Verdict.SMALLTALK, outcome=Outcome.ANSWER)
    return replace(state, suspicious=alarms(state.masked))
