"""manage.py ingest: files and folders in, one line each, exit code by the outcome."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from knowledge.models import Document, KnowledgeBase


@pytest.fixture
def folder(tmp_path) -> Path:
    inside = tmp_path / "资料" / "售后"
    inside.mkdir(parents=True)
    (inside / "退货.md").write_text("# 退货\n\n七天内可退。")
    (inside.parent / "问答.csv").write_text("问题,答案\n多久到账？,三天。\n")
    (inside.parent / ".DS_Store").write_bytes(b"x")
    return inside.parent


def ingest(*paths: Path, json_output: bool = True) -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("ingest", *map(str, paths), base="资料库", json=json_output, stdout=out)
    except SystemExit as stop:
        return stop.code, out.getvalue()
    return 0, out.getvalue()


def test_a_folder_is_published_into_a_new_base(upload, folder):
    code, out = ingest(folder)
    told = json.loads(out)
    assert (code, told["base"]) == (0, "资料库")
    assert [(Path(line["file"]).name, line["state"], line["chunks"], line["error"]) for line in told["files"]] == [
        ("退货.md", "published", 1, ""), ("问答.csv", "published", 1, ""),
    ]  # fmt: skip
    assert set(Document.objects.values_list("name", flat=True)) == {"售后/退货.md", "问答.csv"}


def test_again_there_is_nothing_to_do(upload, folder):
    ingest(folder)
    code, out = ingest(folder)
    assert (code, [line["outcome"] for line in json.loads(out)["files"]]) == (0, ["unchanged", "unchanged"])


def test_one_bad_file_makes_the_exit_code_1_and_the_others_are_published(upload, folder):
    (folder / "扫描.pdf").write_bytes(b"%PDF-1.4 broken")
    (folder / "图.png").write_bytes(b"\x89PNG")
    code, out = ingest(folder)
    files = {Path(line["file"]).name: line for line in json.loads(out)["files"]}
    assert code == 1
    assert {name: line["state"] for name, line in files.items()} == {
        "退货.md": "published", "问答.csv": "published", "扫描.pdf": "failed", "图.png": "failed",
    }  # fmt: skip
    assert all(files[name]["error"] for name in ("扫描.pdf", "图.png"))


def test_one_line_a_file(upload, folder):
    code, out = ingest(folder / "问答.csv", json_output=False)
    assert (code, out.count("\n"), "问答.csv" in out) == (0, 1, True)


def test_a_path_that_is_not_there_is_refused_before_anything_is_done(upload, folder):
    with pytest.raises(CommandError):
        call_command("ingest", str(folder), str(folder / "无"), base="资料库")
    assert not KnowledgeBase.objects.filter(name="资料库").exists()
