"""The bench of the trainer runs both ways in turn and leaves no job behind."""

import pytest

from scrm.jobs.models import Job
from tests.training.trainers.test_query_tower import source  # noqa: F401  (fixture)
from training.evaluation import trainer


@pytest.fixture
def small(source, monkeypatch, db):  # noqa: F811
    """The two-layer encoder of the trainers' tests instead of the one in use."""

    class Row:
        query_prefix = passage_prefix = ""

    row = Row()
    row.source = str(source)
    monkeypatch.setattr(trainer, "active_release", lambda: type("Release", (), {"passage_encoder": row}))


def test_steps_of_both_are_timed(small):
    said: list[str] = []
    found = trainer.bench_train({"rounds": 1, "steps": 3, "batch": 2, "longest": 16, "threads": 1}, said.append)
    assert found["steps"] == 3
    assert found["seconds_a_step"].keys() == {"bare", "ours"}
    assert found["overhead"] > 0
    assert found["processor_overhead"] > 0
    assert len(said) == 2
    assert not Job.objects.exists()


def test_nothing_but_the_result_goes_to_stdout(small, capsys):
    trainer.bench_train({"rounds": 1, "steps": 1, "batch": 1, "longest": 8, "threads": 1}, lambda line: None)
    assert "train_runtime" not in capsys.readouterr().out
