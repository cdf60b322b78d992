"""Sentence ends of mixed Chinese and English text, in linear time."""

import re

from knowledge.ingestion.words import CJK, WORD, weight

# Quotations and brackets of up to 200 characters stay whole; the opening sign is excluded inside, so that unbalanced text stays linear.
_QUOTED = "|".join(
    rf"{left}[^{left}{right}\n]{{0,200}}{right}" for left, right in ("“”", "‘’", "「」", "『』", "《》", "（）", "【】", (r"\(", r"\)"))
)
_ABBREVIATION = "".join(rf"(?<!\b{word})" for word in (r"\w", "Mr", "Dr", "Ms", "No", "vs", "Fig", "cf", "St"))
_END = re.compile(
    rf"""(?:{_QUOTED}|"[^"\n]{{0,200}}")"""
    rf"""|(?P<end>(?:[。！？；…]|(?<![!?;])[!?;]++(?=\s|$|[{CJK}"”’」』）)])|(?<!\s\d)(?<!\s\d\d)(?<!^\d){_ABBREVIATION}\.(?=\s+[A-Z“"({CJK}]|\s*$))+"""
    r"""[”’」』》）)\]】"']*)"""
    r"""|(?P<line>\n+)"""
)
_WEAK = re.compile(r"[，、,：:|\s]+")


def sentence_spans(text: str, start: int = 0, end: int | None = None) -> list[tuple[int, int]]:
    """(start, end) of each sentence of text[start:end], without surrounding white space.

    Ends are 。！？；… and their ASCII forms before a space or Chinese, a full stop before a capital, and a line break; never inside a
    quotation, a bracket, a number, a version or an address.
    """
    end = len(text) if end is None else end
    spans, begin = [], start
    for match in _END.finditer(text, start, end):
        if match["end"] or match["line"]:
            _append(spans, text, begin, match.end())
            begin = match.end()
    _append(spans, text, begin, end)
    return spans


def _append(spans: list, text: str, start: int, end: int) -> None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start == end:
        return
    if spans and not WORD.search(text, start, end):
        spans[-1] = (spans[-1][0], end)  # signs alone belong to the sentence before
    else:
        spans.append((start, end))


def bounded_spans(text: str, start: int, end: int, limit: int, piece: int) -> list[tuple[int, int]]:
    """Cut a sentence heavier than `limit` into pieces of at most `piece`: at commas and spaces, else anywhere. Others stay whole."""
    if end - start <= limit or weight(text[start:end]) <= limit:
        return [(start, end)]
    pieces: list[tuple[int, int]] = []
    begin, last, filled = start, start, 0
    for stop in _weak_stops(text, start, end, piece):
        size = weight(text[last:stop])
        if filled and filled + size > piece:
            pieces.append((begin, last))
            begin, filled = last, 0
        filled, last = filled + size, stop
    pieces.append((begin, end))
    return pieces


def _weak_stops(text: str, start: int, end: int, piece: int):
    """Ends of the smallest parts: after commas and spaces, and every `piece` characters where none comes."""
    position = start
    for match in _WEAK.finditer(text, start, end):
        yield from range(position + piece, match.end(), piece)
        position = match.end()
        yield position
    yield from range(position + piece, end, piece)
    yield end
