"""A fence around untrusted text in a prompt: nothing inside can look like its end, or like the marks of a chat template."""

import re

from conversations.bot.guard import INVISIBLE
from scrm.privacy.redact import PLACEHOLDER

# "<" before what may be the name of a tag, with or without a stroke or blanks between: </passage>, < PASSAGE, <|im_end|>, <<SYS>>.
_OPENS = re.compile(r"<(?=[\s/\\|!?<｜／]{0,4}[^\W\d_])")
_TEMPLATE = re.compile(r"\[(?=/?(?:INST|SYS|SYSTEM)\])", re.IGNORECASE)


def fenced(text: str) -> str:
    """The text with what opens a tag in another form, and without what nobody sees. It reads the same; "5 < 7" stays as it is.

    Placeholders of personal data keep their signs: the answer repeats them.
    """
    seen = _TEMPLATE.sub("［", INVISIBLE.sub("", text))
    return _OPENS.sub(lambda match: "<" if PLACEHOLDER.match(seen, match.start()) else "＜", seen)
