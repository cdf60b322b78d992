"""Headings in text without mark-up, by how Chinese documents number them."""

import re

_NUMERAL = "一二三四五六七八九十百〇零两"
_PATTERNS = (
    (1, re.compile(rf"^第\s*[{_NUMERAL}\d]+\s*[章篇编部]")),
    (2, re.compile(rf"^第\s*[{_NUMERAL}\d]+\s*节")),
    (2, re.compile(rf"^[{_NUMERAL}]+、")),
    (3, re.compile(rf"^[（(][{_NUMERAL}]+[）)]")),
)
_DECIMAL = re.compile(r"^(\d{1,2}(?:\.\d{1,2}){0,4})(\.?)(?:\s+|、|(?=[\u4e00-\u9fff]))(?=\S)")
_LONGEST = 40
_PROSE_ENDS = "。；;，,、："


def heading_level(line: str) -> int:
    """1-6 when the line looks like a numbered heading (第一章, 一、, （一）, 1.2 ...), else 0."""
    line = line.strip()
    if not line or len(line) > _LONGEST or line[-1] in _PROSE_ENDS:
        return 0
    for level, pattern in _PATTERNS:
        if pattern.match(line):
            return level
    decimal = _DECIMAL.match(line)
    if not decimal:
        return 0
    depth = decimal[1].count(".")
    if depth == 0:  # "1. Install" is more often a list item than a heading; "1 Install" alone on its line is a heading
        return 0
    return min(6, depth + 1)
