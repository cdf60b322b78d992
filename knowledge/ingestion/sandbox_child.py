"""The parsing process: limits first, then one file from standard input, one JSON object to standard output."""

import json
import os
import resource
import sys

NICENESS = 5


def main() -> None:
    """argv: project root, file name, memory in bytes, seconds."""
    _, _, name, memory, seconds = sys.argv
    _limit(int(memory), int(seconds))
    json.dump(_answer(name), sys.stdout)
    sys.stdout.flush()
    os._exit(0)  # native libraries may crash while they are taken down


def _limit(memory: int, seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(NICENESS)


def _answer(name: str) -> dict:
    from knowledge.ingestion.parsers import parse_bytes
    from knowledge.ingestion.types import ParseError

    try:
        return parse_bytes(sys.stdin.buffer.read(), name).to_json()
    except ParseError as error:
        return {"error": error.code, "detail": error.detail[:500]}
    except MemoryError:
        return {"error": "too_large", "detail": "memory"}
    except Exception as error:  # noqa: BLE001 - outermost boundary: whatever a parser meets in a damaged file must reach a person as a cause
        return {"error": "corrupt", "detail": f"{type(error).__name__}: {error}"[:500]}
