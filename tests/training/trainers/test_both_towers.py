"""Both towers, with an encoder of two small layers: one short training, and what it writes can be served."""

import pytest

from tests.training.trainers.test_query_tower import WORDS, source  # noqa: F401  (fixture)
from training.trainers import both_towers
from training.trainers.both_towers import BothSettings, Triple
from training.trainers.types import Stopped

TOPICS = [WORDS[place * 2 : place * 2 + 2] for place in range(8)]
TRIPLES = [Triple(f"{topic}怎么", f"{topic}的问", f"{TOPICS[place - 1]}的问") for place, topic in enumerate(TOPICS)]
SETTINGS = BothSettings(epochs=2, batch=4, mini=2, rate=1e-3, threads=1, longest=16, matryoshka=(16,))


def test_a_trained_pair_can_be_loaded(source, tmp_path):  # noqa: F811
    from scrm.ai.sources.quiet import load_quietly

    steps = []
    folder = both_towers.train(
        source, tmp_path / "out", tmp_path / "model", triples=TRIPLES, dev=TRIPLES[:4], prefixes=("", ""), settings=SETTINGS,
        goes_on=lambda *at: not steps.append(at[1]),
    )  # fmt: skip
    assert steps[-1] == 4
    assert load_quietly(folder).encode(["退货"]).shape == (1, 32)


def test_a_cancelled_one_stops(source, tmp_path):  # noqa: F811
    with pytest.raises(Stopped):
        both_towers.train(
            source, tmp_path / "out", tmp_path / "model", triples=TRIPLES, dev=[], prefixes=("", ""), settings=SETTINGS,
            goes_on=lambda *at: False,
        )  # fmt: skip
    assert not (tmp_path / "model").exists()
