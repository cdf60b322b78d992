import json
import shutil
import subprocess
import sys
import time

import numpy as np
import pytest
from django.core.management import call_command

from scrm.ai import folders
from scrm.ai.encoders import load
from scrm.ai.errors import EncoderFilesMissing, ExportRefused, SourceUnreachable
from scrm.ai.models import Encoder, ModelRelease
from scrm.ai.selectors import active_release
from scrm.ai.services.encoders import encoder_prepare
from scrm.ai.services.prepare import release_prepare

QUESTIONS = ["退货需要几天？", "How do I reset my password?", "", "型号 ZK-2000 " * 60]


@pytest.fixture
def prepared(db, models_dir, exported, tiny, settings, fresh_process):
    """The tiny model configured, exported and in use."""
    shutil.copytree(exported, models_dir)
    settings.EMBEDDING_MODEL = str(tiny)
    return release_prepare()


@pytest.fixture
def in_process(monkeypatch):
    """Export here instead of in a child process, which costs ten seconds of imports."""
    from scrm.ai.export.build import export

    monkeypatch.setattr("scrm.ai.export.export_apart", lambda name, out: export(name, out, lambda line: None))


def leftovers(models_dir) -> list[str]:
    return sorted(path.name for path in models_dir.glob(".building-*"))


def test_the_first_model_is_put_to_use_and_a_second_run_is_instant(db, models_dir, tiny):
    first = release_prepare(model=str(tiny))
    assert (first.in_use, first.created) == (True, True)
    assert active_release().passage_encoder.parity >= 0.995
    started = time.monotonic()
    again = release_prepare(model=str(tiny), report=pytest.fail)
    assert time.monotonic() - started < 1
    assert (again.release.pk, again.created) == (first.release.pk, False)
    assert leftovers(models_dir) == []


def test_a_new_database_finds_the_files_of_an_old_one(prepared):
    assert prepared.created
    assert prepared.in_use


def test_served_vectors_are_the_models_own(prepared, tiny):
    from sentence_transformers import SentenceTransformer

    served = load(prepared.release.passage_encoder).encode_passages(QUESTIONS)
    own = SentenceTransformer(str(tiny), device="cpu").encode(QUESTIONS, normalize_embeddings=True)
    assert served.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(served, axis=1), 1, atol=1e-5)
    assert (served * own).sum(axis=1).min() >= 0.995


def test_the_order_of_many_texts_is_kept(prepared):
    encoder = load(prepared.release.query_encoder)
    texts = [f"{'退货' * (number % 7)}第 {number} 段" for number in range(60)]
    single = np.concatenate([encoder.encode_queries([text]) for text in texts])
    assert (encoder.encode_queries(texts) * single).sum(axis=1).min() > 0.99
    assert encoder.encode_queries([]).shape == (0, 32)


def test_an_encoder_is_loaded_once_a_process(prepared):
    assert load(prepared.release.query_encoder) is load(Encoder.objects.get())


def spoil(folder, damage: str) -> None:
    ways = {
        "removed": lambda: (folder / "model.bin").unlink(),
        "cut": lambda: (folder / "model.bin").write_bytes(b""),
        "graph": lambda: (folder / "model.onnx").write_bytes(b"x" * (folder / "model.onnx").stat().st_size),
        "manifest": lambda: (folder / "manifest.json").write_text("{"),
    }
    ways[damage]()


@pytest.mark.parametrize("damage", ["removed", "cut", "graph", "manifest"])
def test_missing_or_damaged_files_say_what_to_run(prepared, damage):
    encoder = prepared.release.passage_encoder
    spoil(folders.absolute(encoder.folder), damage)
    with pytest.raises(EncoderFilesMissing, match="model_prepare"):
        load(encoder)


def test_damaged_files_are_mended(prepared, in_process):
    encoder = prepared.release.passage_encoder
    spoil(folders.absolute(encoder.folder), "graph")
    again = release_prepare()
    assert (again.release.pk, again.created) == (prepared.release.pk, False)
    assert load(Encoder.objects.get()).encode_queries(["退货"]).shape == (1, 32)


def test_another_model_waits_until_it_is_asked_for(prepared, tiny_model, in_process):
    other = str(tiny_model(dimensions=48, name="other"))
    waiting = release_prepare(model=other)
    assert (waiting.in_use, waiting.release.state) == (False, "ready")
    assert active_release() == prepared.release
    switched = release_prepare(model=other, activate=True)
    assert (switched.in_use, switched.release.pk) == (True, waiting.release.pk)
    assert sorted(Encoder.objects.values_list("dimensions", flat=True)) == [32, 48]


def test_an_export_that_changes_the_vectors_is_refused_and_leaves_nothing(db, models_dir, tiny_model):
    spoiled = tiny_model(outlier=True, name="spoiled")
    with pytest.raises(ExportRefused, match=r"0\.995"):
        encoder_prepare(source=str(spoiled))
    assert not Encoder.objects.exists()
    assert [path for path in models_dir.rglob("*") if path.is_file()] == []
    assert leftovers(models_dir) == []


def test_a_model_that_cannot_be_reached_says_so_soon(db, models_dir, in_process, monkeypatch):
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(SourceUnreachable, match="HF_ENDPOINT"):
        encoder_prepare(source="nobody/nothing")
    assert not ModelRelease.objects.exists()


def test_the_command_prints_one_object(prepared, capsys):
    call_command("model_prepare", "--json")
    printed = json.loads(capsys.readouterr().out)
    assert (printed["in_use"], printed["created"], printed["dimensions"], printed["kind"]) == (True, False, 32, "onnx")


def test_serving_imports_neither_torch_nor_transformers(prepared):
    folder = folders.absolute(prepared.release.passage_encoder.folder)
    program = (
        "import django, sys; django.setup()\n"
        "heavy = lambda: {'torch', 'transformers', 'onnx', 'sentence_transformers'} & set(sys.modules)\n"
        "assert not ({'onnxruntime', 'tokenizers', 'numpy'} & set(sys.modules)) | heavy(), 'too early'\n"
        "from pathlib import Path\n"
        "from scrm.ai.encoders.onnx import OnnxEncoder\n"
        f"OnnxEncoder(Path({str(folder)!r})).encode_queries(['退货'])\n"
        "assert not heavy(), heavy()\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
