"""The process that reads one file: limits first, then the file from standard input, the answer to standard output."""

import json
import os
import resource
import sys
from collections.abc import Callable

NICENESS = 5


def main() -> None:
    """argv: project root, memory in bytes, seconds, task, the task's arguments."""
    _, _, memory, seconds, task, *arguments = sys.argv
    _limit(int(memory), int(seconds))
    sys.stdout.buffer.write(_answer(_TASKS[task], arguments))
    sys.stdout.flush()
    os._exit(0)  # native libraries may crash while they are taken down


def _limit(memory: int, seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(NICENESS)


def _parse(name: str) -> bytes:
    from knowledge.ingestion.parsers import parse_bytes

    return json.dumps(parse_bytes(sys.stdin.buffer.read(), name).to_json()).encode()


def _render(page: str, width: str) -> bytes:
    from knowledge.ingestion.rendering import page_png

    return page_png(sys.stdin.buffer, int(page), int(width))


def _rows(name: str) -> bytes:
    from knowledge.ingestion.parsers.rows import rows_of

    return json.dumps(rows_of(sys.stdin.buffer.read(), name)).encode()


_TASKS: dict[str, Callable[..., bytes]] = {"parse": _parse, "render": _render, "rows": _rows}


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
