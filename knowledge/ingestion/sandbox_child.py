"""The process that reads one file: limits first, then the file from standard input, the answer to standard output."""

import gc
import json
import os
import resource
import sys
from collections.abc import Callable
from importlib import import_module

from knowledge.ingestion.nursery import serve

NICENESS = 5
LIBRARIES = ("lxml.etree", "lxml.html", "charset_normalizer", "markdown_it", "openpyxl", "xlrd", "pypdfium2")
MAX_CPU_S = 3600
STEP_S = 60  # more time for each page read by OCR
MAX_WRITTEN = 300_000_000  # by the one parser that must write; the others may not


def nurse() -> None:
    """The process that forks the others."""
    serve(_load, main)


def _load() -> None:
    """What most files need; nothing here starts threads, which a fork would lose. The OCR (seconds, threads) is loaded by who needs it."""
    from knowledge.ingestion.parsers.registry import FORMATS, parser_for

    for file_format in FORMATS:
        parser_for(file_format)
    for name in LIBRARIES:
        import_module(name)
    gc.freeze()  # children share these pages until they write to them


def main(arguments: list[str]) -> None:
    """arguments: memory in bytes, seconds, task, the task's arguments. Descriptor 3 takes the news."""
    memory, seconds, task, *rest = arguments
    _limit(int(memory), int(seconds))
    _News.descriptor, _News.seconds = 3, int(seconds)
    sys.stdout.buffer.write(_answer(_TASKS[task], rest))
    sys.stdout.flush()
    os._exit(0)  # native libraries may crash while they are taken down


def _limit(memory: int, seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, MAX_CPU_S))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, MAX_WRITTEN))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(NICENESS)


class _News:
    """Tells the caller that pages are being read, and so that this process is alive and needs more time."""

    descriptor = -1
    seconds = 0

    @classmethod
    def tell(cls, done: int, total: int) -> None:
        os.write(cls.descriptor, f"{done} {total}\n".encode())
        used = resource.getrusage(resource.RUSAGE_SELF)
        allowed = max(cls.seconds, int(used.ru_utime + used.ru_stime) + STEP_S)
        resource.setrlimit(resource.RLIMIT_CPU, (min(allowed, MAX_CPU_S), MAX_CPU_S))


def _parse(name: str) -> bytes:
    from knowledge.ingestion.parsers import parse_stream

    return json.dumps(parse_stream(sys.stdin.buffer, name, _News.tell).to_json()).encode()


def _render(page: str, width: str) -> bytes:
    from knowledge.ingestion.rendering import page_png

    return page_png(sys.stdin.buffer, int(page), int(width))


def _rows(name: str) -> bytes:
    from knowledge.ingestion.parsers.rows import rows_of

    return json.dumps(rows_of(sys.stdin.buffer.read(), name)).encode()


def _page(url: str, charset: str) -> bytes:
    from knowledge.web.extract import read_page

    return json.dumps(read_page(sys.stdin.buffer.read(), url, charset)).encode()


def _sitemap(_unused: str) -> bytes:
    from knowledge.web.sitemaps import read_sitemap

    return json.dumps(read_sitemap(sys.stdin.buffer.read())).encode()


_TASKS: dict[str, Callable[..., bytes]] = {"parse": _parse, "render": _render, "rows": _rows, "page": _page, "sitemap": _sitemap}


def _answer(task: Callable[..., bytes], arguments: list[str]) -> bytes:
    from knowledge.ingestion.types import ParseError

    try:
        return task(*arguments)
    except ParseError as error:
        return _refusal(error.code, error.detail)
    except MemoryError:
        return _refusal("too_large", "memory")
    except Exception as error:  # noqa: BLE001 - outermost boundary: whatever a parser meets in a damaged file must reach a person as a cause
        return _refusal("corrupt", f"{type(error).__name__}: {error}")


def _refusal(code: str, detail: str) -> bytes:
    return json.dumps({"error": code, "detail": detail[:500]}).encode()
