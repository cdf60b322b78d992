"""Heads in a candidate: stored by base, with the release, and gone with it."""

import numpy as np
import pytest

from knowledge.models import Chunk, SearchJudgement, SearchQuestion
from knowledge.retrieval.sides import BASES
from knowledge.retrieval.standing import RIGHT
from knowledge.retrieval.weights import SETTING as WEIGHTS
from scrm.ai import heads
from scrm.ai.models import Encoder, ModelRelease, QueryHead
from training.datasets.splitting import Shares
from training.services import candidates
from training.services.candidates import candidate_remove, candidate_train
from training.services.datasets import dataset_freeze
from training.trainers import query_head
from training.trainers.query_head import HeadSettings

pytestmark = pytest.mark.django_db(transaction=True)
TOPICS = [f"{name}第{number}款" for name in ("退货", "运费", "发票", "保修", "电池", "物流") for number in range(5)]
SETTINGS = HeadSettings(epochs=2, folds=2)
OTHER = {"head": "0" * 64, "level": [0.0, 1.0]}


@pytest.fixture
def dataset(publish, monkeypatch):
    """Thirty judged questions of one base; the endpoint's vectors say nothing, so any head is accepted here."""
    monkeypatch.setattr(query_head, "LEAST_GAIN", -1.0)
    monkeypatch.setattr(candidates, "OFF_TOPIC", 2)
    base = publish({topic: f"{topic}的规定见正文。" for topic in TOPICS})
    for topic in TOPICS:
        chunk = Chunk.objects.get(version__live_of__base=base, version__live_of__name=topic)
        asked = SearchQuestion.objects.create(base=base, text=f"{topic}怎么规定")
        SearchJudgement.objects.create(
            question=asked, document_id=chunk.version.document_id, content_hash=chunk.content_hash, text=chunk.text, grade=RIGHT
        )
    return dataset_freeze(actor=None, base=base, shares=Shares(dev=0.2, test=0.0), most_synthetic=5)


def trained(release: ModelRelease, dataset, tmp_path):
    return candidate_train(
        active=release, dataset=dataset, name="run-1", folder=tmp_path, tower=None, head=SETTINGS, goes_on=lambda stage, done, total: True
    )


def test_a_head_is_part_of_the_release_and_of_nothing_else(release, dataset, tmp_path):
    release.settings |= {"cosine_background": [0.1, 0.3], BASES: {"999999": OTHER}}
    release.save(update_fields=["settings"])
    encoders = Encoder.objects.count()
    found = trained(release, dataset, tmp_path)
    stored = found.release.settings[BASES]
    assert stored.keys() == {"999999", str(dataset.base_id)}  # what another base learned stays
    assert stored["999999"] == OTHER
    assert QueryHead.objects.get().digest == stored[str(dataset.base_id)]["head"]
    assert (found.release.query_encoder, found.release.passage_encoder) == (release.query_encoder, release.passage_encoder)
    assert Encoder.objects.count() == encoders
    assert found.release.settings["cosine_background"] == [0.1, 0.3]
    assert found.release.settings[WEIGHTS].keys() == {str(dataset.base_id)}
    assert found.learned == {dataset.base_id: 30}  # every real question, asked by a head that has not seen it
    release.refresh_from_db()
    assert release.settings[BASES] == {"999999": OTHER}
    assert found.to_json()["heads"][str(dataset.base_id)]["questions"] == 30


def test_what_is_refused_leaves_no_head_and_takes_none_of_others(release, dataset, tmp_path):
    kept = heads.head_store(np.ones((8, 9), np.float32))
    release.settings |= {"cosine_background": [0.1, 0.3], BASES: {"999999": {"head": kept, "level": [0.0, 1.0]}}}
    release.save(update_fields=["settings"])
    found = trained(release, dataset, tmp_path)
    assert QueryHead.objects.count() == 2
    candidate_remove(release=found.release)
    assert [row.digest for row in QueryHead.objects.all()] == [kept]


def test_without_a_gain_the_base_is_asked_as_before(release, dataset, tmp_path, monkeypatch):
    monkeypatch.setattr(query_head, "LEAST_GAIN", 2.0)
    found = trained(release, dataset, tmp_path)
    assert found.release.settings[BASES] == {}
    assert not QueryHead.objects.exists()
    assert found.to_json()["heads"][str(dataset.base_id)]["epochs"] == 0
