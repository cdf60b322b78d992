"""Plain text: paragraphs, hard-wrapped lines joined again, numbered headings, Setext-like underlines."""

import re
from typing import BinaryIO

from knowledge.ingestion.parsers.builder import DocumentBuilder, clean
from knowledge.ingestion.parsers.encoding import decode
from knowledge.ingestion.parsers.headings import heading_level
from knowledge.ingestion.parsers.lines import display_width, join_all
from knowledge.ingestion.parsers.progress import Progress, untold
from knowledge.ingestion.types import BlockKind, ParsedDocument

_RULE = re.compile(r"^\s*([-=_*~#])\1{3,}\s*$")
_ITEM = re.compile(r"^\s*(?:[-*•·●○▪◦]|\d{1,2}[.、)）]|[（(]\d{1,2}[）)]|[①-⑳])\s*\S")
_WRAP_WIDTHS = range(40, 101)


def parse(source: BinaryIO, name: str, _progress: Progress = untold) -> ParsedDocument:
    return parse_text(decode(source.read()))


def parse_text(text: str, title: str = "") -> ParsedDocument:
    """Blocks of a text that is decoded already."""
    lines = clean(text).split("\n")
    width = _wrap_width(lines)
    builder = DocumentBuilder(title)
    for group in _groups(lines):
        _add_group(builder, group, width)
    builder.title = title or _first_line(lines)
    return builder.build()


def _first_line(lines: list[str]) -> str:
    first = next((line.strip() for line in lines if line.strip() and not _RULE.match(line)), "")
    return first if len(first) <= 60 and not first.endswith(("。", "，", "；")) else ""


def _wrap_width(lines: list[str]) -> int:
    """The column at which lines were broken by hand; 0 when they were not (no common limit, or longer lines)."""
    widths = [display_width(line) for line in lines[:20_000] if line.strip() and not _RULE.match(line)]
    if len(widths) < 8:
        return 0
    widths.sort()
    longest = widths[int(len(widths) * 0.995)]
    near = sum(width >= longest - 6 for width in widths)
    return longest if longest in _WRAP_WIDTHS and near >= max(4, len(widths) // 12) else 0


def _groups(lines: list[str]):
    """Runs of lines between empty lines and rules."""
    group: list[str] = []
    for line in lines:
        if line.strip() and not _RULE.match(line):
            group.append(line)
            continue
        if group:
            yield group
        group = []
    if group:
        yield group


def _add_group(builder: DocumentBuilder, group: list[str], width: int) -> None:
    for line in _unwrapped(group, width) if width else group:
        level = heading_level(line)
        if level and len(group) <= 2:
            builder.add(BlockKind.HEADING, line, level=level)
        elif _ITEM.match(line):
            builder.add(BlockKind.LIST, line, level=1)
        elif level:
            builder.add(BlockKind.HEADING, line, level=level)
        else:
            builder.add(BlockKind.PARAGRAPH, line)


def _unwrapped(group: list[str], width: int) -> list[str]:
    """Lines of a hard-wrapped run joined to paragraphs: a line goes on when it is full and the next begins no item."""
    runs: list[list[str]] = []
    full = False
    for line in group:
        if full and not _ITEM.match(line):
            runs[-1].append(line.strip())
        else:
            runs.append([line.rstrip()])
        full = display_width(line.rstrip()) >= width - 8
    return [join_all(run) for run in runs]
