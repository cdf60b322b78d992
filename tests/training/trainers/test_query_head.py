"""Heads on plain vectors: they learn a turn that all questions share, refuse where nothing is learned, and leave no cluster in two folds."""

from dataclasses import replace

import numpy as np
import pytest

from scrm.ai import heads
from training.trainers import query_head
from training.trainers.query_head import Asked, HeadSettings
from training.trainers.types import Stopped

SETTINGS = HeadSettings(epochs=8, rate=3e-3, temperature=0.05)


def normalised(rows: np.ndarray) -> np.ndarray:
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="module")
def facts() -> dict:
    """Sixty passages; every question lies where its passage does, but shifted in one direction that is the same for all."""
    random = np.random.default_rng(1)
    passages = normalised(random.normal(size=(60, 16)))
    away = random.normal(size=16) * 0.6
    questions = normalised(np.repeat(passages, 2, 0) + away + 0.05 * random.normal(size=(120, 16)))
    asked = Asked(questions, [((row // 2,),) for row in range(120)], [f"c{row // 2}" for row in range(120)], [True] * 120)
    return {"asked": asked, "passages": passages, "documents": np.arange(60)}


def test_what_all_questions_share_is_learned_for_questions_left_out(facts):
    trained = query_head.train(**facts, settings=SETTINGS)
    assert trained.ndcg[1] > trained.ndcg[0] + 0.1
    assert trained.matrix.shape == (16, 17)
    assert 0 < trained.epochs <= 8
    assert np.allclose(np.linalg.norm(trained.unseen, axis=1), 1, atol=1e-4)
    taught = heads.apply(trained.matrix, facts["asked"].vectors)
    own = np.repeat(facts["passages"], 2, 0)
    assert (taught * own).sum() > (trained.unseen * own).sum() > (facts["asked"].vectors * own).sum()


def test_shuffled_labels_give_no_head(facts):
    asked = facts["asked"]
    order = np.random.default_rng(2).permutation(len(asked.groups))
    wrong = replace(asked, groups=[asked.groups[at] for at in order], clusters=[str(at) for at in range(120)])
    trained = query_head.train(wrong, facts["passages"], facts["documents"], SETTINGS)
    assert trained.matrix is None
    assert trained.unseen is wrong.vectors


def test_synthetic_questions_train_and_never_measure(facts):
    alone = replace(facts["asked"], measures=[False] * 120)
    assert query_head.train(alone, facts["passages"], facts["documents"], SETTINGS).matrix is None


def test_equal_runs_are_equal_and_a_run_can_be_stopped(facts):
    one, other = (query_head.train(**facts, settings=replace(SETTINGS, epochs=2, patience=0)) for _ in range(2))
    assert np.array_equal(one.matrix, other.matrix)
    with pytest.raises(Stopped):
        query_head.train(**facts, settings=SETTINGS, goes_on=lambda stage, done, total: done < 2)


def test_a_cluster_stays_in_one_fold():
    folds = query_head._folds([f"c{number // 3}" for number in range(90)], 5)
    assert sorted(question for fold in folds for question in fold) == list(range(90))
    sides = [{question // 3 for question in fold} for fold in folds]
    assert sum(map(len, sides)) == 30


def test_a_large_base_keeps_the_right_and_the_near_passages(facts, monkeypatch):
    monkeypatch.setattr(query_head, "MOST_PASSAGES", 40)
    monkeypatch.setattr(query_head, "NEAR", 2)
    few = replace(facts["asked"], vectors=facts["asked"].vectors[:6], groups=facts["asked"].groups[:6])
    rows = query_head._softmax_rows(few, facts["passages"], 1)
    assert len(rows) == 40
    assert {0, 1, 2} <= set(rows.tolist())


@pytest.mark.parametrize(
    ("curve", "epochs"),
    [
        ([0.71, 0.75, 0.74], 2),
        ([0.699, 0.7, 0.701, 0.699, 0.6], 4),  # nothing gained, nothing lost: as long as it costs nothing
        ([0.69, 0.68], 0),
        ([0.69, 0.6995], 2),
        ([], 0),
    ],
)
def test_how_long_is_trained(curve, epochs):
    assert query_head.epochs_of(0.7, curve) == epochs


def test_questions_that_come_back_in_other_words_are_enough(monkeypatch):
    """Each passage is asked about from a side of its own: what is learned helps the same question, and no other."""
    random = np.random.default_rng(3)
    passages = normalised(random.normal(size=(40, 24)))
    sides = normalised(passages + 2.5 * normalised(random.normal(size=(40, 24))))
    questions = normalised(np.repeat(sides, 4, 0) + 0.02 * random.normal(size=(160, 24)))
    asked = Asked(questions, [((row // 4,),) for row in range(160)], [f"c{row // 4}" for row in range(160)], [True] * 160)
    facts = {"passages": passages, "documents": np.arange(40), "settings": replace(SETTINGS, epochs=6)}
    monkeypatch.setattr(query_head, "MOST_LOSS", 1.0)
    trained = query_head.train(asked, **facts)
    assert trained.ndcg[1] < trained.ndcg[0] + query_head.LEAST_GAIN
    assert trained.matrix is not None
    once = replace(asked, groups=[((row * 7 % 40,),) for row in range(160)])
    assert query_head.train(once, **facts).matrix is None
