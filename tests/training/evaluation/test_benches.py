"""The benchmarks of importing, retrieval and growth, each run small: what they print holds together, and nothing is left."""

import json
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from knowledge.models import Chunk, KnowledgeBase
from scrm.jobs.choices import JobState
from scrm.jobs.models import Job
from tests.training.test_evaluate_retrieval import folder  # noqa: F401  (fixture)
from training.evaluation.peers import bench as peers

ROW = {"ndcg@10", "recall@5", "p50_ms", "p95_ms", "index_s", "memory_mb"}


def benched(*arguments) -> dict:
    out = StringIO()
    call_command("bench", *map(str, arguments), "--json", stdout=out, stderr=StringIO())
    return json.loads(out.getvalue())


def ratio_of(figures: dict, product: str, bare: str):
    return pytest.approx(figures[product] / figures[bare], rel=0.05, abs=0.002)


def holds(row: dict) -> None:
    assert row.keys() == ROW
    assert 0 <= row["ndcg@10"] <= 1
    assert 0 < row["p50_ms"] <= row["p95_ms"]
    assert row["index_s"] >= 0
    assert row["memory_mb"] > 10


@pytest.fixture
def own_interpreter(monkeypatch) -> None:
    """The peers' environment without installing anything: ours, and the one peer that needs no more than it has."""
    monkeypatch.setattr(peers.environment, "python", lambda say: Path(sys.executable))
    monkeypatch.setattr(peers, "PEERS", ("postgres_sum",))


def test_importing_is_measured_beside_the_parser_and_the_encoder_alone(transactional_db, release, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    figures = benched("ingest", "--files", 6, "--passages", 2)
    assert (figures["files"], figures["published"], figures["passages_of_a_file"]) == (6, 6, 2)
    assert figures["chunks"] >= 5  # the first file starts the worker and is not counted
    assert figures["ratio"] == ratio_of(figures, "import_chunks_per_s", "bare_encode_chunks_per_s")
    assert 10 < figures["worker_peak_mb"] < 2_000
    assert set(figures["reading"]) == {"txt", "md", "html", "docx", "xlsx"}
    assert {one["files"] for one in figures["reading"].values()} == {4}
    for one in figures["reading"].values():
        assert one["ratio"] == ratio_of(one, "pages_per_s", "bare_pages_per_s")
    assert not KnowledgeBase.objects.exists()
    assert not Chunk.objects.exists()
    assert not Job.objects.exclude(state=JobState.DONE).exists()


def test_retrieval_alone_is_one_row(transactional_db, release, folder):  # noqa: F811
    figures = benched("retrieval", "--set", folder)
    assert (figures["set"], figures["documents"], figures["questions"], set(figures["rows"])) == (folder.name, 4, 2, {"zhike"})
    assert figures["encoding_s"] >= 0
    holds(figures["rows"]["zhike"])
    assert not KnowledgeBase.objects.exists()


def test_peers_get_the_same_passages_and_questions(transactional_db, release, own_interpreter, folder):  # noqa: F811
    rows = benched("retrieval", "--set", folder, "--peers")["rows"]
    assert set(rows) == {"zhike", "postgres_sum"}
    for row in rows.values():
        holds(row)
    assert rows["postgres_sum"]["recall@5"] == 1  # of three passages all are among the first five


def test_a_set_that_is_missing_is_named(transactional_db, release, tmp_path):
    with pytest.raises(CommandError, match="nowhere"):
        benched("retrieval", "--set", tmp_path / "nowhere")


@pytest.mark.slow  # all migrations in a database of its own
def test_growth_is_measured_by_size_and_scope(transactional_db, release):
    figures = benched("scale", "--chunks", "1000,1200", "--real", 400, "--queries", 5)
    assert (figures["real_vectors"], figures["queries"], [one["chunks"] for one in figures["sizes"]]) == (400, 5, [1000, 1200])
    for size in figures["sizes"]:
        assert min(size["vector_index_bytes"], size["word_index_bytes"], size["tables_bytes"]) > 0
        assert set(size["scopes"]) == {"all", "topic_5", "topic_0.5", "random_5", "random_0.5"}
        assert size["scopes"]["all"]["passages"] == size["chunks"]
        assert size["scopes"]["topic_5"]["passages"] == size["chunks"] * 0.05
        for scope in size["scopes"].values():
            assert 0 < scope["p50_ms"] <= scope["p95_ms"] <= scope["p99_ms"]
            assert 0 <= scope["recall@10_of_index"] <= 1
            assert scope["recall@10"] == (1.0 if scope["read"] == "exactly" else scope["recall@10_of_index"])
    assert figures["p95_growth"] == 1  # no size of 10,000 to compare with
    assert figures["least_recall@10"] == min(scope["recall@10"] for size in figures["sizes"] for scope in size["scopes"].values())
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_database WHERE datname LIKE '%%\\_scale\\_%%'")
        assert cursor.fetchone() == (0,)
    assert not KnowledgeBase.objects.exists()


@pytest.mark.parametrize("sizes", ["many", "10", "1000,30000000"])
def test_sizes_out_of_bounds_are_refused(db, sizes):
    with pytest.raises(CommandError, match="1"):
        call_command("bench", "scale", f"--chunks={sizes}")
