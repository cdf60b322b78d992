"""Files from strangers are read in a process of its own that can be killed: parsers and renderers crash, hang and swell."""

import json
import os
import selectors
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from knowledge.ingestion.detect import detect_format
from knowledge.ingestion.nursery import Nursery
from knowledge.ingestion.parsers import parse_bytes
from knowledge.ingestion.types import ParsedDocument, ParseError

ROOT = Path(__file__).resolve().parents[2]
TIMEOUT_S = 300
MEMORY_BYTES = 2_000_000_000  # of addresses; OCR takes 1.6 GB of them and 0.6 GB of memory
STEP_S = 60  # each page read by OCR may take so long; the time of the others is not touched
MAX_S = 3600
MAX_OUTPUT = 700_000_000
# Small texts are parsed here: their parsers are Python without native code, and at these sizes no input takes over two seconds.
_IN_PROCESS_BYTES = {"txt": 300_000, "csv": 300_000, "md": 30_000}
_ENVIRONMENT = {"LANG": "C.UTF-8", "PYTHONUTF8": "1", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1"}
_CODE = "import sys; sys.path.insert(0, sys.argv[1]); from knowledge.ingestion.sandbox_child import nurse; nurse()"
_NURSERY = Nursery(_CODE, ROOT, _ENVIRONMENT)
_PIPE = 1 << 16

TICK_S = 0.02  # between two calls of `meanwhile`

Told = Callable[[int, int], None]  # done, total
Meanwhile = Callable[[], None]


def parse_file(
    path: Path, name: str, *, timeout_s: float = TIMEOUT_S, memory_bytes: int = MEMORY_BYTES,
    progress: Told | None = None, meanwhile: Meanwhile | None = None,
) -> ParsedDocument:  # fmt: skip
    """Parse the file at `path`, called `name` by its owner. progress: called with (pages done, pages) while OCR reads them; meanwhile:
    called now and then while the parser is waited for.

    Raises ParseError, also for a parser that crashed or was stopped, and what `progress` raises (the parser is killed then).
    """
    with path.open("rb") as stream:
        small = path.stat().st_size <= _IN_PROCESS_BYTES.get(detect_format(stream, name), 0)
    if small:
        return parse_bytes(path.read_bytes(), name)
    answer = run_apart(path, "parse", name, timeout_s=timeout_s, memory_bytes=memory_bytes, progress=progress, meanwhile=meanwhile)
    return ParsedDocument.from_json(json.loads(answer))


def parser_peak() -> int:
    """Bytes of memory that the largest parser of this process took so far; one that was stopped for its time is not counted."""
    return _NURSERY.peak


def rows_of_file(path: Path, name: str, *, timeout_s: float = 30) -> list[list[str]]:
    """The cells of a sheet (XLSX or CSV), row by row. Raises ParseError."""
    return json.loads(run_apart(path, "rows", name, timeout_s=timeout_s))


def run_apart(
    path: Path, task: str, *arguments: str, timeout_s: float = TIMEOUT_S, memory_bytes: int = MEMORY_BYTES,
    progress: Told | None = None, meanwhile: Meanwhile | None = None,
) -> bytes:  # fmt: skip
    """What a task of sandbox_child makes of the file.

    The child gets the open file, an empty folder and nothing else: no environment, no database, no other file of the caller. It has
    `timeout_s` seconds without news, and an hour in all. Raises ParseError, also (timeout, crashed) when the child overran its time,
    its memory, or fell.
    """
    command = [str(memory_bytes), str(int(timeout_s)), task, *arguments]
    with (
        tempfile.TemporaryDirectory(prefix="sandbox") as folder, path.open("rb") as source,
        _pipe() as (news, telling), _pipe() as (answer, writing),
        _NURSERY.child(command, folder, source.fileno(), writing.fileno(), telling.fileno()) as child,
    ):  # fmt: skip
        telling.close()
        writing.close()
        output = _listen(answer, news, timeout_s, progress, meanwhile)
        try:
            code = child.wait(timeout_s)
        except TimeoutError as error:
            raise ParseError("timeout", f"{timeout_s} s") from error
    return _result(code, output)


@contextmanager
def _pipe() -> Iterator[tuple[BinaryIO, BinaryIO]]:
    """(end to read, end to write)."""
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb", 0) as reader, os.fdopen(writing, "wb", 0) as writer:
        yield reader, writer


def _listen(answer: BinaryIO, news: BinaryIO, timeout_s: float, progress: Told | None, meanwhile: Meanwhile | None) -> bytes:
    """The child's whole output; its news move the moment at which it is given up. Raises ParseError("timeout")."""
    output, began = bytearray(), time.monotonic()
    until = began + timeout_s
    with selectors.DefaultSelector() as ready:
        ready.register(answer, selectors.EVENT_READ)
        ready.register(news, selectors.EVENT_READ)
        while answer in {key.fileobj for key in ready.get_map().values()}:
            left = max(0, until - time.monotonic())
            happened = ready.select(min(left, TICK_S) if meanwhile else left)
            if meanwhile:
                meanwhile()
            if not happened and time.monotonic() >= until:
                raise ParseError("timeout", f"{time.monotonic() - began:.0f} s")
            for key, _events in happened:
                data = os.read(key.fd, _PIPE)
                if not data:
                    ready.unregister(key.fileobj)
                elif key.fileobj is answer:
                    output += data
                else:
                    until = min(max(until, time.monotonic() + STEP_S), began + MAX_S)
                    _tell(progress, data)
            if len(output) > MAX_OUTPUT:
                raise ParseError("too_large", f"{len(output)} bytes of text")
    return bytes(output)


def _tell(progress: Told | None, data: bytes) -> None:
    """The last whole line of news is `done total`."""
    numbers = data.decode("ascii", "replace").split()
    if progress and len(numbers) >= 2 and numbers[-1].isdigit() and numbers[-2].isdigit():
        progress(int(numbers[-2]), int(numbers[-1]))


def _result(code: int, output: bytes) -> bytes:
    if code in (-signal.SIGXCPU, -signal.SIGKILL):
        raise ParseError("timeout", f"signal {-code}")
    if code or not output:
        raise ParseError("crashed", f"exit {code}")
    if output.startswith(b'{"error"'):
        answer = json.loads(output)
        raise ParseError(answer["error"], answer["detail"])
    return output
