import numpy as np
import pytest

from scrm.ai.encoders import load
from scrm.ai.encoders.openai import EndpointEncoder
from scrm.ai.errors import EncoderRefused, EncoderUnavailable
from scrm.ai.services.encoders import encoder_prepare


@pytest.fixture
def encoder(endpoint) -> EndpointEncoder:
    return EndpointEncoder(endpoint.embedding_model, endpoint.dimensions)


def test_vectors_come_in_the_order_of_the_texts(encoder, endpoint):
    texts = [f"第 {number} 段" for number in range(23)]
    vectors = encoder.encode_passages(texts)
    expected = np.array([endpoint.vector(text) for text in texts])
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(vectors, expected / np.linalg.norm(expected, axis=1, keepdims=True), atol=1e-6)
    assert [len(request["input"]) for request in endpoint.requests] == [10, 10, 3]


def test_no_texts_and_empty_texts(encoder):
    assert encoder.encode_passages([]).shape == (0, 8)
    assert encoder.encode_passages(["", "  "]).shape == (2, 8)


def test_a_busy_endpoint_is_asked_again(encoder, endpoint):
    endpoint.failures = [429, 500, 503]
    assert encoder.encode_queries(["退货"]).shape == (1, 8)


def test_an_endpoint_that_stays_busy_may_be_tried_later(encoder, endpoint):
    endpoint.failures = [503] * 9
    with pytest.raises(EncoderUnavailable):
        encoder.encode_queries(["退货"])


@pytest.mark.parametrize(("setting", "value"), [("EMBEDDING_API_KEY", "sk-wrong")])
def test_a_wrong_key_is_refused_at_once(endpoint, settings, setting, value):
    setattr(settings, setting, value)
    with pytest.raises(EncoderRefused, match="SCRM_EMBEDDING_API_KEY"):
        EndpointEncoder(endpoint.embedding_model, 8).encode_queries(["退货"])
    assert len(endpoint.requests) == 1


def test_an_unknown_model_is_refused(endpoint):
    with pytest.raises(EncoderRefused, match="404"):
        EndpointEncoder("embedder-2", 8).encode_queries(["退货"])


def test_other_dimensions_than_the_stored_ones_are_refused(encoder, endpoint):
    endpoint.dimensions = 6
    with pytest.raises(EncoderRefused, match="6"):
        encoder.encode_queries(["退货"])


def test_preparing_asks_the_endpoint_for_its_dimensions(endpoint, fresh_process, db):
    row = encoder_prepare(source=f"openai:{endpoint.embedding_model}")
    assert (row.kind, row.dimensions, row.source) == ("openai", 8, "openai:embedder-1")
    assert encoder_prepare(source=f"openai:{endpoint.embedding_model}").pk == row.pk
    assert load(row).encode_queries(["退货"]).shape == (1, 8)
