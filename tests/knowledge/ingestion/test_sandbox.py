"""The parsing process: no environment, bounded, and never a crash of the caller's."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from knowledge.ingestion import sandbox
from knowledge.ingestion.nursery import Nursery
from knowledge.ingestion.types import ParseError

HUGE_NUMBER_OF_PAGES = b"%PDF-1.4\n" + b"1 0 obj <</Type/Pages/Kids[1 0 R]/Count 99999999>> endobj\n" * 50


def write(tmp_path: Path, name: str, content: bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


def in_child(monkeypatch, statement: str) -> None:
    """The next files meet this statement instead of their parser."""
    code = (
        "import os, sys, signal, time; sys.path.insert(0, sys.argv[1]); from knowledge.ingestion.nursery import serve\n"
        f"def run(arguments):\n    {statement}\n"
        "serve(lambda: None, run)"
    )
    monkeypatch.setattr(sandbox, "_NURSERY", Nursery(code, sandbox.ROOT, sandbox._ENVIRONMENT))


def test_a_document_comes_back_whole(tmp_path):
    path = write(tmp_path, "a.html", "<h1>题</h1><p>正文。</p>".encode())
    parsed = sandbox.parse_file(path, "a.html")
    assert (parsed.title, parsed.text, parsed.format) == ("题", "题\n\n正文。", "html")


def test_a_cause_comes_back(tmp_path):
    with pytest.raises(ParseError) as error:
        sandbox.parse_file(write(tmp_path, "a.pdf", HUGE_NUMBER_OF_PAGES), "a.pdf")
    assert error.value.code in ("corrupt", "scanned", "empty")


def test_a_parser_that_takes_too_long_is_stopped(tmp_path):
    path = write(tmp_path, "a.md", b"- x\n" * 400_000)
    with pytest.raises(ParseError, match="timeout"):
        sandbox.parse_file(path, "a.md", timeout_s=1)


def test_a_parser_that_wants_too_much_memory_is_refused(tmp_path):
    path = write(tmp_path, "a.html", b"<p>x</p>" * 400_000)
    with pytest.raises(ParseError) as error:
        sandbox.parse_file(path, "a.html", memory_bytes=150_000_000)
    assert error.value.code in ("too_large", "crashed", "corrupt")


def test_a_parser_that_is_killed_is_reported(monkeypatch, tmp_path):
    in_child(monkeypatch, "os.kill(os.getpid(), signal.SIGSEGV)")
    with pytest.raises(ParseError, match="crashed"):
        sandbox.parse_file(write(tmp_path, "a.html", b"<p>x</p>"), "a.html")


def test_the_process_sees_nothing_of_the_caller(monkeypatch, tmp_path):
    monkeypatch.setenv("SCRM_SECRET_KEY", "secret")
    in_child(monkeypatch, "os._exit(3 if any('SCRM' in k or 'DATABASE' in k for k in os.environ) else 0)")
    with pytest.raises(ParseError, match="exit 0"):
        sandbox.parse_file(write(tmp_path, "a.html", b"<p>x</p>"), "a.html")


def test_parsers_need_neither_django_nor_the_database():
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); from knowledge.ingestion.parsers import parse_bytes;"
        "from knowledge.ingestion.chunking import chunk_document; parse_bytes(b'# a', 'a.md');"
        "assert not {'django', 'celery', 'psycopg', 'numpy', 'torch'} & set(sys.modules), sys.modules"
    )
    environment = {"PATH": os.environ["PATH"]}
    subprocess.run([sys.executable, "-I", "-c", code, str(sandbox.ROOT)], check=True, env=environment)


def test_each_file_has_a_process_of_its_own_and_none_is_left(tmp_path, monkeypatch):
    in_child(monkeypatch, "os.write(1, str(os.getpid()).encode())")
    path = write(tmp_path, "a.html", b"<p>x</p>")
    numbers = {int(sandbox.run_apart(path, "parse", "a.html")) for _ in range(3)}
    assert len(numbers) == 3
    assert not [number for number in numbers if Path(f"/proc/{number}").exists()]


def test_a_child_that_is_given_up_is_killed(tmp_path, monkeypatch):
    in_child(monkeypatch, f"open({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid())); time.sleep(60)")
    with pytest.raises(ParseError, match="timeout"):
        sandbox.parse_file(write(tmp_path, "a.html", b"<p>x</p>"), "a.html", timeout_s=1)
    assert not Path(f"/proc/{(tmp_path / 'pid').read_text()}").exists()


def test_a_nursery_that_is_killed_is_started_again(tmp_path):
    path = write(tmp_path, "a.html", b"<p>x</p>")
    sandbox.parse_file(path, "a.html")
    sandbox._NURSERY._process.kill()
    sandbox._NURSERY._process.wait()
    assert sandbox.parse_file(path, "a.html").text == "x"
