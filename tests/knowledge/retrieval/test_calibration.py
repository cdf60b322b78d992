import numpy as np
import pytest

from knowledge.ingestion.bulk import load_documents
from knowledge.models import KnowledgeBase
from knowledge.retrieval import background, calibration, search
from knowledge.retrieval.background import Background, background_of, release_background_ensure
from knowledge.retrieval.fusion import Candidate
from knowledge.retrieval.tasks import lexical_refresh_task
from knowledge.services.bases import base_create
from knowledge.types import Scope
from scrm.ai.models import ModelRelease
from tests.knowledge.retrieval.conftest import SHOP

E5 = Background(0.829, 0.0164)


def relevance(cosine: float | None, share: float, known: Background | None = E5) -> float:
    return calibration.relevance(Candidate(1, cosine, share * 10), background=known, best_possible=10)


def test_relevance_grows_with_either_half():
    assert relevance(0.83, 0.1) < relevance(0.90, 0.1) < relevance(0.90, 0.4) < 1


def test_typical_passages_fall_on_their_side_of_the_threshold():
    """Medians of the development sets: a relevant passage, and the best one for a question of another field."""
    assert relevance(0.915, 0.35) > 0.5 > calibration.THRESHOLD
    assert relevance(0.84, 0.08) < calibration.THRESHOLD


def test_encoders_with_other_cosines_mean_the_same():
    other = Background(0.2, 0.1)
    assert relevance(0.2 + 4 * 0.1, 0.3, other) == pytest.approx(relevance(E5.mean + 4 * E5.deviation, 0.3))


@pytest.mark.parametrize(("cosine", "known"), [(None, E5), (0.9, None)])
def test_without_a_vector_or_a_background_words_decide(cosine, known):
    assert relevance(cosine, 0.0, known) == pytest.approx(calibration.THRESHOLD, abs=0.01)
    assert relevance(cosine, 0.3, known) > 2 * calibration.THRESHOLD


def test_no_words_at_all_is_no_division():
    assert 0 < calibration.relevance(Candidate(1, 0.9, 0.0), background=E5, best_possible=0.0) < 1


class Fixed:
    """An encoder whose unrelated texts have a cosine of 0.5."""

    dimensions = len(background.PAIRS) + 1

    def encode_queries(self, texts):
        values = np.eye(len(texts), self.dimensions, dtype=np.float32)
        values[:, -1] = 1
        return values / np.sqrt(2)

    encode_passages = encode_queries


def test_the_background_leaves_the_related_pairs_out():
    assert background.measure(Fixed(), Fixed()).mean == pytest.approx(0.5)


def test_it_is_measured_once_and_kept_with_the_release(db, release, endpoint):
    release_background_ensure(release)
    release = ModelRelease.objects.get(pk=release.pk)
    found, asked = background_of(release), len(endpoint.requests)
    assert -1 < found.mean < 1
    assert found.deviation > 0
    release_background_ensure(release)
    assert len(endpoint.requests) == asked


def test_the_periodic_care_mends_a_release(transactional_db, release):
    lexical_refresh_task()
    assert background_of(ModelRelease.objects.get(pk=release.pk))


def test_a_question_of_another_field_finds_nothing(prepared_model, publish_shop):
    scope = Scope((publish_shop.pk,))
    assert search("怎么退货", scope).hits
    assert search("签收多久以后不能退", scope).hits
    assert search("AB-1203", scope).hits[0].text == SHOP["保修"]
    assert search("唐朝的开国皇帝是谁", scope).reason == "unknown_words"


@pytest.fixture
def publish_shop(prepared_model) -> KnowledgeBase:
    base = base_create(actor=None, name="shop")
    load_documents(base, [(name, "", text) for name, text in SHOP.items()])
    release_background_ensure(prepared_model)
    return base
