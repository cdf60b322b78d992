"""A zip archive of documents: each file becomes a document, and nothing in it reaches beyond."""

import io
import stat
import zipfile

import pytest

from knowledge.models import Document
from knowledge.services.archives import files_upload
from knowledge.services.uploads import Upload


def archive(*entries: tuple[str | zipfile.ZipInfo, bytes]) -> io.BytesIO:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in entries:
            target.writestr(name, content)
    stream.seek(0)
    return stream


def link(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    return entry


@pytest.fixture
def take(base):
    return lambda stream, name="资料.zip": files_upload(actor=None, base=base, name=name, file=stream)


def outcomes(taken) -> dict[str, str]:
    return {each.name: "taken" if isinstance(each.result, Upload) else each.result.code for each in taken}


def test_each_file_becomes_a_document(take):
    taken = take(archive(("甲.md", "# 甲".encode()), ("夹/乙.txt", "乙的内容".encode()), ("夹/", b"")))
    assert outcomes(taken) == {"资料/甲.md": "taken", "资料/夹/乙.txt": "taken"}
    assert set(Document.objects.values_list("name", flat=True)) == {"资料/甲.md", "资料/夹/乙.txt"}


def test_one_bad_file_does_not_cost_the_others(take):
    taken = take(archive(("a.md", b"# a"), ("b.exe", b"MZ\x90\x00\x03"), ("c.docx", b"no zip")))
    assert outcomes(taken) == {"资料/a.md": "taken", "资料/b.exe": "unsupported", "资料/c.docx": "corrupt"}


def test_names_that_lead_out_are_refused_and_links_passed_over(take):
    taken = take(archive(("../../tmp/evil.txt", b"evil"), ("/etc/x.txt", b"x"), (link("link"), b"/etc/passwd"), ("good.txt", b"good text")))
    assert outcomes(taken) == {"资料/../../tmp/evil.txt": "unsafe_name", "资料//etc/x.txt": "unsafe_name", "资料/good.txt": "taken"}
    assert list(Document.objects.values_list("name", flat=True)) == ["资料/good.txt"]


def test_what_systems_leave_behind_is_passed_over(take):
    taken = take(archive(("__MACOSX/._a.md", b"x"), (".DS_Store", b"x"), ("~$a.docx", b"x"), ("a.md", b"# a")))
    assert outcomes(taken) == {"资料/a.md": "taken"}


def test_an_archive_in_an_archive_is_not_opened(take):
    inner = archive(("a.md", b"# a")).getvalue()
    assert outcomes(take(archive(("inner.zip", inner), ("disguised.md", inner)))) == {
        "资料/inner.zip": "nested_archive", "资料/disguised.md": "archive_inside",
    }  # fmt: skip


def test_a_bomb_and_a_wreck_are_refused_whole(take):
    bomb = archive(*((f"{number}.txt", b"0" * 30_000_000) for number in range(2)))
    assert outcomes(take(bomb)) == {"资料.zip": "archive_bomb"}
    assert outcomes(take(io.BytesIO(b"PK\x03\x04 not a zip"))) == {"资料.zip": "corrupt"}
    assert outcomes(take(archive())) == {"资料.zip": "empty"}


def test_too_many_files_are_refused_whole(take):
    assert outcomes(take(archive(*((f"{number}.txt", b"x") for number in range(501))))) == {"资料.zip": "too_many_members"}


def test_names_of_chinese_windows_are_read(take):
    entry = zipfile.ZipInfo("xxxx.txt")
    data = archive((entry, b"text")).getvalue().replace(b"xxxx.txt", "售后".encode("gbk") + b".txt")
    assert list(outcomes(take(io.BytesIO(data)))) == ["资料/售后.txt"]


def test_a_member_larger_than_its_entry_says_is_refused(take):
    data = archive(("a.txt", b"0123456789" * 100)).getvalue().replace((1000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    assert set(outcomes(take(io.BytesIO(data))).values()) <= {"corrupt", "archive_bomb"}


def test_a_file_that_is_no_archive_is_taken_as_it_is(take):
    assert outcomes(take(io.BytesIO(b"# a"), "a.md")) == {"a.md": "taken"}
