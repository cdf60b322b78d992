"""Where two sentences differ, word by word."""

import re
from difflib import SequenceMatcher

_PIECES = re.compile(r"\d+(?:[.,:]\d+)*|[A-Za-z]+|\s+|.", re.DOTALL)


def marked(mine: str, theirs: str) -> list[tuple[str, bool]]:
    """`mine` in pieces: (text, whether the other sentence lacks it). Numbers and Latin words stay whole."""
    a, b = _PIECES.findall(mine), _PIECES.findall(theirs)
    found: list[tuple[str, bool]] = []
    for kind, start, end, _s, _e in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if start < end:
            found.append(("".join(a[start:end]), kind != "equal"))
    return found
