"""Pictures within office files: screenshots and scanned tables say what the text around them leaves out."""

import hashlib
import io
import zipfile

from knowledge.ingestion.archives import read_entry
from knowledge.ingestion.parsers.builder import DocumentBuilder
from knowledge.ingestion.parsers.picture import add_picture
from knowledge.ingestion.parsers.progress import Progress
from knowledge.ingestion.types import BlockKind, ParseError

MOST = 100  # pictures of a file that are read, at about three seconds each; the others are passed over
_SMALLEST = 100  # pixels of the shorter side: icons, bullets and rules are below
_FEWEST = 4  # characters: less is a logo or a stain
_LARGEST_BYTES = 30_000_000
_ENDINGS = (".png", ".jpg", ".jpeg", ".webp")


class Pictures:
    """The pictures of one file, each read once however often it is shown. Damaged and foreign ones are passed over, as Word does."""

    def __init__(self, archive: zipfile.ZipFile, progress: Progress):
        self.archive, self.progress = archive, progress
        self.parts = {name for name in archive.namelist() if name.lower().endswith(_ENDINGS)}  # not looked at yet
        self.total = min(MOST, len(self.parts))
        self.seen: set[str] = set()
        self.read = 0

    def add(self, builder: DocumentBuilder, part: str, page: int | None = None) -> None:
        """What is written on the picture of that name, as paragraphs where the builder stands."""
        if part not in self.parts or self.read >= MOST:
            return
        self.parts.discard(part)
        try:
            data = read_entry(self.archive, part, _LARGEST_BYTES)
            digest = hashlib.sha256(data).hexdigest()
            if digest not in self.seen:
                self.seen.add(digest)
                self._copy(builder, data, page)
        except ParseError:
            return  # one picture does not cost the document

    def _copy(self, builder: DocumentBuilder, data: bytes, page: int | None) -> None:
        """A picture's large letters head nothing but the picture."""
        own = DocumentBuilder(pages=1)
        if not add_picture(own, io.BytesIO(data), smallest=_SMALLEST):
            return
        self.read += 1
        self.progress(self.read, max(self.total, self.read))
        document = own.build()
        if len("".join(document.text.split())) < _FEWEST:
            return
        for block in document.blocks:
            kind = BlockKind.PARAGRAPH if block.kind is BlockKind.HEADING else block.kind
            builder.add(kind, block.text, level=block.level if kind is block.kind else 0, page=page)
