"""The benchmark of retrieval, run small: what it prints holds together, and nothing is left. What others refuse."""

import json
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from knowledge.models import KnowledgeBase
from tests.training.test_evaluate_retrieval import folder  # noqa: F401  (fixture)
from training.evaluation.peers import bench as peers

ROW = {"ndcg@10", "recall@5", "p50_ms", "p95_ms", "index_s", "memory_mb"}


def benched(*arguments) -> dict:
    out = StringIO()
    call_command("bench", *map(str, arguments), "--json", stdout=out, stderr=StringIO())
    return json.loads(out.getvalue())


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


@pytest.mark.parametrize("sizes", ["many", "10", "1000,30000000"])
def test_sizes_out_of_bounds_are_refused(db, sizes):
    with pytest.raises(CommandError, match="1"):
        call_command("bench", "scale", f"--chunks={sizes}")
