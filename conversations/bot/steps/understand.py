"""What is asked, as a question that can stand alone: its language, whether it depends on what was said before, and a rewritten follow-up."""

import logging
import re
from dataclasses import replace

from conversations.bot import followups, rewriting
from conversations.types import BotState
from scrm.ai import chat
from scrm.ai.errors import ChatUnavailable

log = logging.getLogger(__name__)
_HAN = re.compile(r"[\u3400-\u9fff]")
_LATIN = re.compile(r"[A-Za-z]")
_OTHER = re.compile(r"[\u3040-\u30ff\uac00-\ud7af\u0400-\u04ff\u0600-\u06ff\u0e00-\u0e7f]")


def understand(state: BotState) -> BotState:
    """`language`, `context_free`, `standalone`. A question that depends on nothing said before is left as it is."""
    reading = followups.read(state.masked, state.history)
    known = replace(state, language=language_of(state.masked), context_free=not reading.depends)
    if not reading.depends or not state.history:
        return known
    return replace(known, standalone=_by_model(state) or reading.text)


def _by_model(state: BotState) -> str:
    """The endpoint's rewriting; "" without one, or when it fails or says more than was said: the rules' is taken then."""
    if state.suspicious or not chat.chat_configured():
        return ""
    try:
        return rewriting.rewritten(state.masked, state.history)
    except ChatUnavailable as error:
        log.warning("chat endpoint unavailable, follow-up rewritten by rules: %s", error.code)
        return ""


def language_of(text: str) -> str:
    """zh, en or other, by the letters; a text without letters counts as Chinese, this being a Chinese desk."""
    han, latin, other = len(_HAN.findall(text)), len(_LATIN.findall(text)) / 4, len(_OTHER.findall(text))
    if other > han and other > latin:
        return "other"
    return "en" if latin > han and latin >= 1 else "zh"
