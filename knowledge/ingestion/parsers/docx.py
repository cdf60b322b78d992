"""Word documents, read from their XML in document order: headings by style or outline level, lists, tables, pictures, boxes, notes."""

import re
from typing import BinaryIO

from knowledge.ingestion.archives import open_archive
from knowledge.ingestion.parsers.builder import DocumentBuilder
from knowledge.ingestion.parsers.docx_styles import Numbering, Styles
from knowledge.ingestion.parsers.embedded import Pictures
from knowledge.ingestion.parsers.headings import heading_level
from knowledge.ingestion.parsers.office import EMBED, RELATIONS, read_xml, refuse_entities, targets_of
from knowledge.ingestion.parsers.progress import Progress, untold
from knowledge.ingestion.parsers.tables import add_table
from knowledge.ingestion.types import BlockKind, ParsedDocument, ParseError

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MAIN = "word/document.xml"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_V = "{urn:schemas-microsoft-com:vml}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_NOT_TEXT = {f"{W}del", f"{W}moveFrom", f"{W}txbxContent", f"{W}instrText", f"{_MC}Fallback"}
_LONGEST_HEADING = 120


def parse(source: BinaryIO, name: str, progress: Progress = untold) -> ParsedDocument:
    with open_archive(source) as archive:
        refuse_entities(archive)
        root = read_xml(archive, _MAIN)
        body = root.find(f"{W}body") if root is not None else None
        if body is None:
            raise ParseError("corrupt", "no body")
        styles, numbering = Styles(read_xml(archive, "word/styles.xml")), Numbering(read_xml(archive, "word/numbering.xml"))
        pictures = Pictures(archive, progress)
        reader = _Reader(DocumentBuilder(), styles, numbering, pictures, targets_of(archive, _MAIN) if pictures.total else {})
        reader.flow(body)
        for part in ("footnotes", "endnotes"):
            reader.notes(read_xml(archive, f"word/{part}.xml"))
    return reader.document()


class _Reader:
    def __init__(self, builder: DocumentBuilder, styles: Styles, numbering: Numbering, pictures: Pictures, targets: dict):
        self.builder, self.styles, self.numbering = builder, styles, numbering
        self.pictures, self.targets = pictures, targets
        self.title = ""

    def document(self) -> ParsedDocument:
        self.builder.title = self.title or self.builder.first_heading()
        return self.builder.build()

    def flow(self, container) -> None:
        for element in container:
            if element.tag == f"{W}p":
                self._paragraph(element)
            elif element.tag == f"{W}tbl":
                self._table(element)
            elif element.tag in (f"{W}sdt", f"{W}sdtContent", f"{W}ins", f"{W}moveTo", f"{W}customXml", f"{W}smartTag"):
                self.flow(element)
            elif element.tag == f"{_MC}AlternateContent":
                self._boxes(element)

    def notes(self, part) -> None:
        for note in part if part is not None else ():
            if note.get(f"{W}type") is None:
                self.flow(note)

    def _paragraph(self, paragraph) -> None:
        properties = paragraph.find(f"{W}pPr")
        style = self.styles.of(properties)
        text = paragraph_text(paragraph)
        level = _outline(properties) or style.level
        if not style.contents:
            self._add(text, level, style, self.numbering.marker(properties, style))
        self._pictures(paragraph)
        self._boxes(paragraph)

    def _pictures(self, element) -> None:
        """In the order in which they stand; one that is told twice, for old and new programs, is read once."""
        for shown in element.iter(f"{_A}blip", f"{_V}imagedata") if self.targets else ():
            part = self.targets.get(shown.get(EMBED) or shown.get(f"{RELATIONS}id"), ("", ""))[1]
            self.pictures.add(self.builder, part)

    def _add(self, text: str, level: int, style, marker: str) -> None:
        if style.title and not self.title:
            self.title = " ".join(text.split())
        if not level and not self.styles.used_headings:
            level = heading_level(text)
        if style.title or (level and len(text) <= _LONGEST_HEADING):
            self.builder.add(BlockKind.HEADING, " ".join(text.split()), level=level or 1)
        elif marker and text.strip():
            self.builder.add(BlockKind.LIST, marker + text.strip(), level=1)
        else:
            self.builder.add(BlockKind.PARAGRAPH, text)

    def _boxes(self, element) -> None:
        """Text boxes anchored in a paragraph; of two alternatives for old and new programs only the first."""
        for box in element.iter(f"{W}txbxContent"):
            around = list(box.iterancestors())
            repeated = any(parent.tag == f"{_MC}Fallback" and _has_choice(parent) for parent in around)
            if not repeated and not any(parent.tag == f"{W}txbxContent" for parent in around):
                self.flow(box)

    def _table(self, table) -> None:
        rows = table.findall(f"{W}tr")
        if all(len(row.findall(f"{W}tc")) <= 1 for row in rows):
            for cell in table.iterfind(f"{W}tr/{W}tc"):
                self.flow(cell)
            return
        marked = 0
        while marked < len(rows) and rows[marked].find(f"{W}trPr/{W}tblHeader") is not None:
            marked += 1
        add_table(self.builder, _cells(rows), header_rows=marked or None)
        self._pictures(table)


def _has_choice(fallback) -> bool:
    choice = fallback.getparent().find(f"{_MC}Choice")
    return choice is not None and choice.find(f".//{W}txbxContent") is not None


def _outline(properties) -> int:
    level = properties.find(f"{W}outlineLvl") if properties is not None else None
    value = level.get(f"{W}val", "9") if level is not None else "9"
    return int(value) + 1 if value.isdigit() and int(value) < 9 else 0


def paragraph_text(paragraph) -> str:
    """Text of one paragraph without deletions, field codes and text boxes."""
    parts: list[str] = []
    stack = list(reversed(paragraph))
    while stack:
        element = stack.pop()
        if element.tag in (f"{W}t", f"{_MATH}t"):
            parts.append(element.text or "")
        elif element.tag in (f"{W}br", f"{W}cr"):
            parts.append("\n")
        elif element.tag == f"{W}tab" and element.getparent().tag == f"{W}r":
            parts.append(" ")
        elif element.tag == f"{W}noBreakHyphen":
            parts.append("-")
        elif element.tag not in _NOT_TEXT:
            stack.extend(reversed(element))
    return "".join(parts)


def _cells(rows) -> list[list[str]]:
    """Cell texts; a cell merged downwards stands in each of its rows, one merged sideways stands once and pads."""
    result: list[list[str]] = []
    for row in rows:
        cells: list[str] = []
        for cell in row.iter(f"{W}tc"):
            if next(cell.iterancestors(f"{W}tr")) is not row:
                continue  # of a table within
            properties = cell.find(f"{W}tcPr")
            text = " ".join(filter(None, (paragraph_text(p).strip() for p in cell.iter(f"{W}p"))))
            above = result[-1][len(cells)] if result and len(cells) < len(result[-1]) else ""
            cells.append(above if _continues(properties) else text)
            cells.extend([""] * (_grid_span(properties) - 1))
        result.append(cells)
    return result


def _continues(properties) -> bool:
    merge = properties.find(f"{W}vMerge") if properties is not None else None
    return merge is not None and merge.get(f"{W}val", "continue") != "restart"


def _grid_span(properties) -> int:
    span = properties.find(f"{W}gridSpan") if properties is not None else None
    value = span.get(f"{W}val", "1") if span is not None else "1"
    return min(max(int(value), 1), 60) if re.fullmatch(r"\d{1,4}", value) else 1
