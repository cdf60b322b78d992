"""E-mails (EML, and web pages saved as MHT): subject, who and when, body, and the documents attached."""

import io
from email import message_from_binary_file, policy
from email.errors import MessageError
from email.message import EmailMessage
from typing import BinaryIO

from knowledge.ingestion.parsers import html
from knowledge.ingestion.parsers.builder import DocumentBuilder
from knowledge.ingestion.parsers.encoding import decode
from knowledge.ingestion.parsers.plain import parse_text
from knowledge.ingestion.parsers.progress import Progress, untold
from knowledge.ingestion.types import Block, BlockKind, ParsedDocument, ParseError

_MAX_PARTS = 200
_MAX_ATTACHMENTS = 20
_MAX_DEPTH = 3  # mails within mails
_HEADERS = (("From", "发件人"), ("To", "收件人"), ("Cc", "抄送"), ("Date", "日期"))


def parse(source: BinaryIO, name: str, progress: Progress = untold, depth: int = 1) -> ParsedDocument:
    """A mail that is attached to a mail is read like other attachments, three deep. Raises ParseError."""
    try:
        message = message_from_binary_file(source, policy=policy.default)
    except (MessageError, ValueError, LookupError) as error:
        raise ParseError("corrupt", str(error)) from error
    subject = _header(message, "Subject")
    builder = DocumentBuilder(subject)
    builder.add(BlockKind.HEADING, subject, level=1)
    builder.add(BlockKind.PARAGRAPH, "\n".join(f"{label}：{value}" for key, label in _HEADERS if (value := _header(message, key))))
    parts = [part for part, _number in zip(message.walk(), range(_MAX_PARTS), strict=False) if not part.is_multipart()]
    _add_body(builder, [part for part in parts if not part.get_filename()])
    for part in [part for part in parts if part.get_filename()][:_MAX_ATTACHMENTS]:
        _add_attachment(builder, part, progress, depth)
    return builder.build()


def _header(message: EmailMessage, key: str) -> str:
    try:
        return " ".join(str(message.get(key, "")).split())
    except (ValueError, LookupError, IndexError, AttributeError, TypeError):
        return ""  # the library trips over some malformed headers; the mail is still read


def _add_body(builder: DocumentBuilder, parts: list[EmailMessage]) -> None:
    """The text as HTML where there is some, for its tables and lists; the plain copy of the same otherwise."""
    pages = [part for part in parts if part.get_content_type() == "text/html"]
    texts = [part for part in parts if part.get_content_type() == "text/plain"]
    for part in pages:
        html.add_page(builder, _payload(part), declared=part.get_content_charset())
    if not pages:
        for part in texts:
            _add_blocks(builder, parse_text(_text(part)).blocks, 1)


def _payload(part: EmailMessage) -> bytes:
    data = part.get_payload(decode=True)
    return data if isinstance(data, bytes) else b""


def _text(part: EmailMessage) -> str:
    try:
        return _payload(part).decode(part.get_content_charset() or "utf-8")
    except (LookupError, UnicodeDecodeError):
        return decode(_payload(part))


def _add_attachment(builder: DocumentBuilder, part: EmailMessage, progress: Progress, depth: int) -> None:
    """Its name as a heading, its text below when it is a document we read; pictures in the text (signatures, logos) are not."""
    from knowledge.ingestion.parsers.registry import parse_stream

    name = " ".join((part.get_filename() or "").split())
    inline = part.get_content_disposition() == "inline" or part.get("Content-ID")
    if part.get_content_maintype() == "image" and inline:
        return
    builder.add(BlockKind.HEADING, f"附件：{name}", level=1)
    if depth >= _MAX_DEPTH:
        return
    try:
        attached = parse_stream(io.BytesIO(_payload(part)), name, progress, depth + 1)
    except ParseError:
        return  # the mail itself is still worth reading; the attachment's name stays as a trace
    _add_blocks(builder, attached.blocks, 1)


def _add_blocks(builder: DocumentBuilder, blocks: tuple[Block, ...], deeper: int) -> None:
    for block in blocks:
        level = block.level + deeper if block.kind is BlockKind.HEADING else block.level
        builder.add(block.kind, block.text, level=level, question=block.question)
