"""Word's styles and numbering, as far as they tell headings, tables of contents and lists."""

import re
from dataclasses import dataclass

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_HEADING = re.compile(r"^(?:heading|标题|標題)\s*(\d)$", re.I)


@dataclass(frozen=True)
class Style:
    """`level`: heading level, 0 = none. `contents`: an entry of the table of contents. `number`: (list id, depth) it brings."""

    level: int = 0
    title: bool = False
    contents: bool = False
    number: tuple[str, str] | None = None


def _value(element, path: str) -> str | None:
    found = element.find(path) if element is not None else None
    return found.get(f"{W}val") if found is not None else None


class Styles:
    def __init__(self, root):
        found = root.findall(f"{W}style") if root is not None else []
        self._elements = {style.get(f"{W}styleId"): style for style in found}
        self._known: dict[str, Style] = {}
        self.used_headings = False

    def of(self, properties) -> Style:
        """The style of a paragraph by its pPr element (None for the default)."""
        key = _value(properties, f"{W}pStyle")
        if key is None:
            return Style()
        if key not in self._known:
            self._known[key] = self._read(key)
        if self._known[key].level:
            self.used_headings = True
        return self._known[key]

    def _read(self, key: str) -> Style:
        level, number = 0, None
        name = (_value(self._elements.get(key), f"{W}name") or key).strip()
        current, seen = key, set()
        while current in self._elements and current not in seen:  # styles inherit; damaged files in a circle
            seen.add(current)
            element = self._elements[current]
            level = level or _level(element)
            number = number or _number(element.find(f"{W}pPr"))
            current = _value(element, f"{W}basedOn")
        lower = name.lower()
        return Style(level, lower in ("title", "标题"), lower.startswith("toc ") or lower == "toc", number)


def _level(element) -> int:
    outline = _value(element, f"{W}pPr/{W}outlineLvl")
    if outline and outline.isdigit() and int(outline) < 9:
        return int(outline) + 1
    match = _HEADING.match(_value(element, f"{W}name") or "")
    return int(match[1]) if match else 0


def _number(properties) -> tuple[str, str] | None:
    key = _value(properties, f"{W}numPr/{W}numId")
    return (key, _value(properties, f"{W}numPr/{W}ilvl") or "0") if key and key != "0" else None


class Numbering:
    """Counts list items, so that "3." can be written before the third."""

    def __init__(self, root):
        self._formats: dict[tuple[str, str], str] = {}
        self._abstract: dict[str, str] = {}
        self._counts: dict[tuple[str, str], int] = {}
        if root is None:
            return
        for abstract in root.findall(f"{W}abstractNum"):
            for level in abstract.findall(f"{W}lvl"):
                key = (abstract.get(f"{W}abstractNumId", ""), level.get(f"{W}ilvl", "0"))
                self._formats[key] = _value(level, f"{W}numFmt") or "bullet"
        for number in root.findall(f"{W}num"):
            self._abstract[number.get(f"{W}numId", "")] = _value(number, f"{W}abstractNumId") or ""

    def marker(self, properties, style: Style) -> str:
        """`- `, `3. ` or nothing before a paragraph."""
        key = _number(properties) or style.number
        if key is None or style.level:
            return ""
        kind = self._formats.get((self._abstract.get(key[0], ""), key[1]), "bullet")
        if kind in ("bullet", "none"):
            return "- "
        self._counts[key] = self._counts.get(key, 0) + 1
        for deeper in [other for other in self._counts if other[0] == key[0] and other[1] > key[1]]:
            del self._counts[deeper]
        return f"{self._counts[key]}. "
