"""A page of a PDF or picture as it looks, with the quotation marked on it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from knowledge.ingestion.page_images import FORMATS
from knowledge.models import Chunk, DocumentVersion
from knowledge.selectors import VIEW, document_visible, version_visible
from scrm.access import policy
from scrm.core.errors import NotFound

UNITS = 1000  # of a page's width and height, as marks count them
MARGIN = 3  # around a line
PASSAGES = 20  # that one quotation may run through


@dataclass(frozen=True)
class Mark:
    """A rectangle on the page in thousandths of its width and height."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True)
class Sheet:
    """`quoted_on`: pages with a mark; `unmarked`: something is quoted, and nobody knows where on the page it stands."""

    page: int
    pages: int
    marks: tuple[Mark, ...]
    quoted_on: tuple[int, ...]
    unmarked: bool

    @property
    def previous(self) -> int | None:
        return self.page - 1 if self.page > 1 else None

    @property
    def next(self) -> int | None:
        return self.page + 1 if self.page < self.pages else None

    @property
    def elsewhere(self) -> int | None:
        """The first page of the quotation when it is not on this one."""
        return self.quoted_on[0] if self.quoted_on and self.page not in self.quoted_on else None


def has_sheets(version: DocumentVersion) -> bool:
    return version.format in FORMATS and bool(version.file)


def version_readable(user, pk: int) -> DocumentVersion:
    """A version whose words the person may read: any of a granted base for who works on documents, else the one that answers. NotFound."""
    version = version_visible(user, pk)
    document = document_visible(user, version.document_id)
    if document.live_version_id != version.pk and not policy.can(user, VIEW, document.base):
        raise NotFound
    return version


def sheet(version: DocumentVersion, start: int | None = None, end: int | None = None, page: int | None = None) -> Sheet:
    """The page asked for (from 1), else the one where text[start:end] begins."""
    pages = max(1, version.pages or 1)
    quoted = start is not None and end is not None and start < end
    marks = _marks(version, start, end) if quoted else {}
    first = min(marks) if marks else _page_at(version, start) if quoted else 1
    shown = min(max(page or first, 1), pages)
    return Sheet(shown, pages, tuple(marks.get(shown, ())), tuple(sorted(marks)), quoted and not marks)


def _marks(version: DocumentVersion, start: int, end: int) -> dict[int, list[Mark]]:
    """Marks by page; lines that two passages share are marked once."""
    passages = Chunk.objects.filter(version=version, start__lt=end, end__gt=start).order_by("ordinal")[:PASSAGES]
    boxes = {tuple(box) for found in passages.values_list("boxes", flat=True) for box in found if box[1] < end and box[2] > start}
    by_page: dict[int, list[Mark]] = defaultdict(list)
    for page, *line in sorted(boxes):
        by_page[page].append(_mark(line, start, end))
    return dict(by_page)


def _mark(line: Iterable[float], start: int, end: int) -> Mark:
    """Of a line that is quoted in part, the part: characters share its width evenly, which is near enough to point at a sentence."""
    begin, stop, left, top, right, bottom = line
    each = (right - left) / max(1, stop - begin)
    x0, x1 = left + max(0, start - begin) * each, right - max(0, stop - end) * each
    return Mark(
        round(x0 * UNITS - MARGIN, 1), round(top * UNITS - MARGIN, 1),
        round((x1 - x0) * UNITS + 2 * MARGIN, 1), round((bottom - top) * UNITS + 2 * MARGIN, 1),
    )  # fmt: skip


def _page_at(version: DocumentVersion, offset: int) -> int:
    """Where the text at this offset stands, by the places where pages begin."""
    return max((page for page, begin in version.outline.get("pages", []) if begin <= offset), default=1)
