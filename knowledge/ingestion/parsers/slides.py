"""PPTX presentations, read from their XML: slides as pages, titles as headings, text in reading order, tables, diagrams, notes."""

from typing import BinaryIO, NamedTuple

from knowledge.ingestion.archives import open_archive
from knowledge.ingestion.parsers.builder import DocumentBuilder
from knowledge.ingestion.parsers.embedded import Pictures
from knowledge.ingestion.parsers.office import EMBED, RELATIONS, read_xml, refuse_entities, targets_of
from knowledge.ingestion.parsers.progress import Progress, untold
from knowledge.ingestion.parsers.tables import add_table
from knowledge.ingestion.types import BlockKind, ParsedDocument, ParseError

_P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_TITLES = ("title", "ctrTitle")
_NOT_CONTENT = ("sldNum", "dt", "ftr", "hdr")
_SAME_LINE = 150_000  # EMU (4 mm): shapes whose tops differ less are read from left to right
_MAX_SLIDES = 5_000
_LONGEST_TITLE, _LONGEST_FIRST_LINE = 100, 40  # characters


class Shape(NamedTuple):
    """What stands on a slide. `rows`: of a table. `place`: (top, left) in EMU. `picture`: id of its relation."""

    place: tuple[int, int]
    title: bool
    paragraphs: list[tuple[str, int]]
    rows: list[list[str]]
    picture: str = ""


def parse(source: BinaryIO, name: str, progress: Progress = untold) -> ParsedDocument:
    with open_archive(source) as archive:
        refuse_entities(archive)
        slides = _slide_parts(archive)
        builder, pictures = DocumentBuilder(pages=len(slides)), Pictures(archive, progress)
        for number, part in enumerate(slides, 1):
            _add_slide(builder, pictures, archive, part, number)
    builder.title = builder.first_heading()
    return builder.build()


def _slide_parts(archive) -> list[str]:
    """Names of the slides' parts in the order they are shown."""
    root = read_xml(archive, "ppt/presentation.xml")
    targets = targets_of(archive, "ppt/presentation.xml")
    listed = root.findall(f"{_P}sldIdLst/{_P}sldId") if root is not None else []
    parts = [target for each in listed if (target := targets.get(each.get(f"{RELATIONS}id"), ("", ""))[1])]
    if len(parts) > _MAX_SLIDES:
        raise ParseError("too_many_pages", str(len(parts)))
    return parts


def _add_slide(builder: DocumentBuilder, pictures: Pictures, archive, part: str, number: int) -> None:
    root = read_xml(archive, part)
    if root is None:
        return
    targets = targets_of(archive, part)
    shapes = _ordered(list(_shapes(root.find(f"{_P}cSld/{_P}spTree"))))
    shapes.sort(key=lambda each: not each.title)
    first = next((shape for shape in shapes if not shape.picture), None)
    for shape in shapes:
        if shape.picture:
            pictures.add(builder, targets.get(shape.picture, ("", ""))[1], number)
        else:
            _add_shape(builder, shape, number, first=shape is first)
    for kind, target in targets.values():
        if kind == "diagramData":
            _add_texts(builder, _texts(read_xml(archive, target)), number)
        elif kind == "notesSlide":
            notes = read_xml(archive, target)
            for shape in _shapes(notes.find(f"{_P}cSld/{_P}spTree")) if notes is not None else ():
                _add_texts(builder, shape.paragraphs, number)


def _add_shape(builder: DocumentBuilder, shape: Shape, number: int, *, first: bool) -> None:
    """The title, or a short text that stands first where one would be, heads the slide."""
    text = " ".join(text for text, _level in shape.paragraphs)
    heads = shape.title or (first and len(shape.paragraphs) == 1)
    if shape.rows:
        add_table(builder, shape.rows, page=number)
    elif heads and len(text) <= (_LONGEST_TITLE if shape.title else _LONGEST_FIRST_LINE):
        builder.add(BlockKind.HEADING, text, level=1, page=number)
    else:
        _add_texts(builder, shape.paragraphs, number)


def _add_texts(builder: DocumentBuilder, paragraphs: list[tuple[str, int]], number: int) -> None:
    for text, level in paragraphs:
        kind = BlockKind.LIST if level or len(paragraphs) > 2 else BlockKind.PARAGRAPH
        builder.add(kind, text, level=level + 1 if kind is BlockKind.LIST else 0, page=number)


def _shapes(tree, place: tuple[int, int] | None = None):
    """Shapes with text and pictures, also those in groups (which stand where their group stands)."""
    for element in tree if tree is not None else ():
        if element.tag == f"{_P}grpSp":
            yield from _shapes(element, place or _place(element))
        elif element.tag == f"{_MC}AlternateContent":
            yield from _shapes(element.find(f"{_MC}Choice"), place)
        elif element.tag == f"{_P}pic":
            blip = element.find(f".//{_A}blip")
            if blip is not None and blip.get(EMBED):
                yield Shape(place or _place(element), False, [], [], blip.get(EMBED))
        elif element.tag in (f"{_P}sp", f"{_P}cxnSp", f"{_P}graphicFrame"):
            holder = element.find(f".//{_P}nvPr/{_P}ph")
            kind = holder.get("type", "") if holder is not None else ""
            rows = [_cells(row) for row in element.iterfind(f".//{_A}tbl/{_A}tr")]
            paragraphs = [] if rows else _texts(element)
            if (rows or paragraphs) and kind not in _NOT_CONTENT:
                yield Shape(place or _place(element), kind in _TITLES, paragraphs, rows)


def _place(element) -> tuple[int, int]:
    for tag in (f"{_P}xfrm", f"{_A}xfrm"):
        offset = element.find(f".//{tag}/{_A}off")
        if offset is not None and (offset.get("x", "") + offset.get("y", "")).lstrip("-").replace("-", "").isdigit():
            return int(offset.get("y")), int(offset.get("x"))
    return 0, 0  # where the layout puts it: above what has a place of its own


def _ordered(shapes: list[Shape]) -> list[Shape]:
    return sorted(shapes, key=lambda shape: (shape.place[0] // _SAME_LINE, shape.place[1]))


def _texts(element) -> list[tuple[str, int]]:
    """(text, depth) of the paragraphs in an element."""
    found = []
    for paragraph in element.iter(f"{_A}p") if element is not None else ():
        text = paragraph_text(paragraph).strip()
        properties = paragraph.find(f"{_A}pPr")
        level = properties.get("lvl", "0") if properties is not None else "0"
        if text:
            found.append((text, min(int(level), 8) if level.isdigit() else 0))
    return found


def paragraph_text(paragraph) -> str:
    """Text of one DrawingML paragraph; page number and date fields are left out."""
    parts = []
    for element in paragraph.iter(f"{_A}t", f"{_A}br"):
        if element.tag == f"{_A}br":
            parts.append("\n")
        elif element.getparent().tag != f"{_A}fld":
            parts.append(element.text or "")
    return "".join(parts)


def _cells(row) -> list[str]:
    cells = []
    for cell in row.iterfind(f"{_A}tc"):
        merged = cell.get("hMerge") == "1"
        cells.append("" if merged else " ".join(text for text, _level in _texts(cell)))
    return cells
