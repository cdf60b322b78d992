"""Text as WeChat shows it: no Markdown, and in parts of at most 2048 bytes (wecom protocol notes b.4)."""

import re

from scrm.privacy.types import PLACEHOLDER

TEXT_BYTES = 2048
SENTENCE_ENDS = "。！？!?；;\n…"
CLOSERS = "」』”’）)】》\"'"
ELLIPSIS = "……"

FENCE = re.compile(r"^[ \t]*(```|~~~).*$\n?", re.MULTILINE)
RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"!\[([^\]]*)\]\(\s*[^)\s]*[^)]*\)"), r"\1"),  # image -> its words
    (re.compile(r"\[([^\]]+)\]\(\s*<?([^)\s>]+)>?[^)]*\)"), r"\1 \2"),  # link -> words and address
    (re.compile(r"^[ \t]{0,3}#{1,6}[ \t]+(.*?)[ \t]*#*[ \t]*$", re.MULTILINE), r"\1"),
    (re.compile(r"^[ \t]{0,3}(?:[-*_][ \t]*){3,}$\n?", re.MULTILINE), ""),
    (re.compile(r"^[ \t]*>[ \t]?", re.MULTILINE), ""),
    (re.compile(r"^([ \t]*)[-*+][ \t]+(?:\[[ xX]\][ \t]+)?", re.MULTILINE), r"\1• "),
    (re.compile(r"^[ \t]*\|?[ \t]*:?-{3,}:?[ \t]*(?:\|[ \t]*:?-{3,}:?[ \t]*)*\|?[ \t]*$\n?", re.MULTILINE), ""),
    (re.compile(r"^[ \t]*\|(.*)\|[ \t]*$", re.MULTILINE), r"\1"),
    (re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1", re.DOTALL), r"\2"),
    (re.compile(r"(?<![\w*])\*(?=[^\s*])([^*\n]+?)(?<=[^\s*])\*(?![\w*])"), r"\1"),
    (re.compile(r"~~(.+?)~~"), r"\1"),
    (re.compile(r"`([^`\n]+)`"), r"\1"),
)
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def plain(markdown: str) -> str:
    """Markdown flattened to plain text; text without Markdown comes back as it was, but for outer blanks and control characters."""
    text = CONTROL.sub("", markdown.replace("\r\n", "\n").replace("\r", "\n"))
    text = FENCE.sub("", text)
    for pattern, replacement in RULES:
        text = pattern.sub(replacement, text)
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def byte_cut(text: str, limit: int) -> str:
    """The longest beginning of `text` that fits into `limit` UTF-8 bytes, never ending inside a character."""
    return text.encode()[:limit].decode(errors="ignore")


def shortened(text: str, limit: int) -> str:
    """`text` if it fits into `limit` bytes, else its beginning and an ellipsis."""
    if len(text.encode()) <= limit:
        return text
    cut = len(byte_cut(text, limit - len(ELLIPSIS.encode())))
    return text[: _beside(text, cut)].rstrip() + ELLIPSIS


def _beside(text: str, cut: int) -> int:
    """`cut`, moved before a placeholder that it would halve."""
    return next((match.start() for match in PLACEHOLDER.finditer(text) if match.start() < cut < match.end()), cut)


def _break_at(head: str) -> int:
    """Where to cut `head`: after its last sentence end, else after its last comma or blank, else at its end."""
    for marks in (SENTENCE_ENDS, "，,、 \t"):
        cut = max(head.rfind(mark) for mark in marks) + 1
        while 0 < cut < len(head) and head[cut] in CLOSERS:
            cut += 1
        if cut > len(head) // 4:  # a cut near the beginning would waste the part
            return cut
    return len(head)


def split(text: str, *, limit: int = TEXT_BYTES, parts: int = 5) -> list[str]:
    """`text` in at most `parts` non-empty pieces of at most `limit` UTF-8 bytes, cut at sentence ends.

    What does not fit into the last piece is cut off with an ellipsis: WeChat allows only so many messages (notes b.4).
    """
    pieces: list[str] = []
    rest = text.strip()
    while rest and len(pieces) < parts - 1 and len(rest.encode()) > limit:
        cut = _break_at(byte_cut(rest, limit))
        cut = _beside(rest, cut) or cut
        pieces.append(rest[:cut].strip())
        rest = rest[cut:].strip()
    return pieces + [shortened(rest, limit)] if rest else pieces
