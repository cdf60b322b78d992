"""Files from strangers are read in a process of its own that can be killed: parsers and renderers crash, hang and swell."""

import json
import signal
import subprocess
import sys
from pathlib import Path

from knowledge.ingestion.detect import detect_format
from knowledge.ingestion.parsers import parse_bytes
from knowledge.ingestion.types import ParsedDocument, ParseError

ROOT = Path(__file__).resolve().parents[2]
TIMEOUT_S = 300
MEMORY_BYTES = 2_000_000_000
# Small texts are parsed here: their parsers are Python without native code, and at these sizes no input takes over two seconds.
_IN_PROCESS_BYTES = {"txt": 300_000, "csv": 300_000, "md": 30_000}
_ENVIRONMENT = {"LANG": "C.UTF-8", "PYTHONUTF8": "1", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
_CODE = "import sys; sys.path.insert(0, sys.argv[1]); from knowledge.ingestion.sandbox_child import main; main()"


def parse_file(path: Path, name: str, *, timeout_s: float = TIMEOUT_S, memory_bytes: int = MEMORY_BYTES) -> ParsedDocument:
    """Parse the file at `path`, called `name` by its owner. Raises ParseError, also for a parser that crashed or was stopped."""
    with path.open("rb") as stream:
        small = path.stat().st_size <= _IN_PROCESS_BYTES.get(detect_format(stream, name), 0)
    if small:
        return parse_bytes(path.read_bytes(), name)
    answer = run_apart(path, "parse", name, timeout_s=timeout_s, memory_bytes=memory_bytes)
    return ParsedDocument.from_json(json.loads(answer))


def rows_of_file(path: Path, name: str, *, timeout_s: float = 30) -> list[list[str]]:
    """The cells of a sheet (XLSX or CSV), row by row. Raises ParseError."""
    return json.loads(run_apart(path, "rows", name, timeout_s=timeout_s))


def run_apart(path: Path, task: str, *arguments: str, timeout_s: float = TIMEOUT_S, memory_bytes: int = MEMORY_BYTES) -> bytes:
    """What a task of sandbox_child makes of the file.

    The child gets the open file and nothing else: no environment, no database, no other file of the caller. Raises ParseError, also
    (timeout, crashed) when the child overran its seconds of clock or CPU, its memory, or fell.
    """
    command = [sys.executable, "-I", "-c", _CODE, str(ROOT), str(memory_bytes), str(int(timeout_s)), task, *arguments]
    with path.open("rb") as source:
        child = subprocess.Popen(
            command, stdin=source, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=_ENVIRONMENT, cwd="/", start_new_session=True
        )
    try:
        output, _ = child.communicate(timeout=timeout_s)
    except subprocess.TimeoutExpired as error:
        raise ParseError("timeout", f"{timeout_s} s") from error
    finally:
        if child.poll() is None:
            child.kill()
            child.communicate()
    return _result(child.returncode, output)


def _result(code: int, output: bytes) -> bytes:
    if code in (-signal.SIGXCPU, -signal.SIGKILL):
        raise ParseError("timeout", f"signal {-code}")
    if code or not output:
        raise ParseError("crashed", f"exit {code}")
    if output.startswith(b'{"error"'):
        answer = json.loads(output)
        raise ParseError(answer["error"], answer["detail"])
    return output
