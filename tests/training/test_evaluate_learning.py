"""A labelled set through the whole loop: figures come out, nothing of it stays, and labels that say nothing are refused."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from knowledge.models import KnowledgeBase, SearchJudgement
from scrm.ai.models import ModelRelease
from tests.knowledge.conftest import endpoint, release  # noqa: F401  (fixtures)
from training.models import Dataset, GoldQuestion, TrainingRun
from training.services import runs

KEYS = ["before", "after", "difference", "interval", "promoted", "reason", "seconds"]
TOPICS = [f"{name}第{number}款" for name in ("退货", "运费", "发票", "保修", "电池") for number in range(6)]


@pytest.fixture(autouse=True)
def few_general_questions(monkeypatch):
    """Two instead of hundreds: what they measure is tested elsewhere."""
    monkeypatch.setattr(runs, "OFF_TOPIC", 2)
    monkeypatch.setattr("training.services.candidates.OFF_TOPIC", 2)


@pytest.fixture
def folder(tmp_path) -> Path:
    corpus = [
        json.dumps({"id": f"d{n}", "title": "", "text": f"{topic}的规定见第{n}页。"}, ensure_ascii=False) for n, topic in enumerate(TOPICS)
    ]
    queries = [json.dumps({"id": f"q{n}", "text": f"{topic}怎么规定"}, ensure_ascii=False) for n, topic in enumerate(TOPICS)]
    (tmp_path / "corpus.jsonl").write_text("\n".join(corpus), encoding="utf-8")
    (tmp_path / "queries.jsonl").write_text("\n".join(queries), encoding="utf-8")
    rows = "\n".join(f"q{n}\td{n}\t1" for n in range(len(TOPICS)))
    (tmp_path / "qrels.tsv").write_text(f"query-id\tcorpus-id\tscore\n{rows}\n", encoding="utf-8")
    return tmp_path


def learned(*arguments) -> dict:
    out = StringIO()
    call_command("evaluate", "learning", *map(str, arguments), "--kind", "fusion", "--json", stdout=out, stderr=StringIO())
    return json.loads(out.getvalue())


def test_a_night_in_a_scratch_space_leaves_nothing(transactional_db, release, folder):  # noqa: F811
    found = learned("--set", folder)
    assert list(found)[:7] == KEYS
    assert found["before"]["questions"] == found["after"]["questions"] == 12
    assert not found["promoted"]
    assert found["reason"]
    assert [row.pk for row in ModelRelease.objects.all()] == [release.pk]
    for model in (KnowledgeBase, SearchJudgement, Dataset, GoldQuestion, TrainingRun):
        assert not model.objects.exists(), model


def test_shuffled_labels_and_seeds(transactional_db, release, folder):  # noqa: F811
    """The endpoint's vectors say nothing, so weighing them less is a true gain: what is refused here is refused for want of questions."""
    found = learned("--set", folder, "--shuffle-labels", "--seeds", 2, "--synthetic", 0)
    assert [night["promoted"] for night in found["seeds"]] == [False] * 2
    assert found["promoted"] is False
    assert len(found["interval"]) == 2
