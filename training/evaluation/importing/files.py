"""Files made for a measurement: the formats a company really has, small texts drawn by frequency, always the same."""

import io
from collections.abc import Iterator

from training.evaluation import sample_texts

PASSAGES = 3  # of a file: a notice, a product, an answer


def made(number: int, passages: int = PASSAGES) -> Iterator[tuple[str, bytes]]:
    """(name, content), the formats in turn."""
    rows = sample_texts.passages(number * passages)
    for index in range(number):
        parts = [(title, text) for _name, title, text in (next(rows) for _ in range(passages))]
        ending, make = _MAKERS[index % len(_MAKERS)]
        yield f"bench {index:04d}.{ending}", make(parts)


def _text(parts: list[tuple[str, str]]) -> bytes:
    return "\n\n".join(f"{title}\n{text}" for title, text in parts).encode()


def _markdown(parts: list[tuple[str, str]]) -> bytes:
    return "\n\n".join(f"# {title}\n\n{text}" for title, text in parts).encode()


def _html(parts: list[tuple[str, str]]) -> bytes:
    body = "".join(f"<h2>{title}</h2><p>{text}</p>" for title, text in parts)
    return f"<!doctype html><html lang=zh><meta charset=utf-8><title>{parts[0][0]}</title><body><main>{body}</main></body></html>".encode()


def _docx(parts: list[tuple[str, str]]) -> bytes:
    from docx import Document

    document, target = Document(), io.BytesIO()
    for title, text in parts:
        document.add_heading(title, 1)
        document.add_paragraph(text)
    document.save(target)
    return target.getvalue()


def _xlsx(parts: list[tuple[str, str]]) -> bytes:
    from openpyxl import Workbook

    book, target = Workbook(), io.BytesIO()
    book.active.append(["主题", "说明"])
    for title, text in parts:
        book.active.append([title, text])
    book.save(target)
    return target.getvalue()


_MAKERS = (("txt", _text), ("md", _markdown), ("html", _html), ("docx", _docx), ("xlsx", _xlsx))
