"""The default model as it ships: rebuilt, exported, faithful and ordering meanings rightly."""

import pytest

from scrm.ai.encoders import load
from scrm.ai.services.encoders import encoder_prepare

NAME = "intfloat/multilingual-e5-small"


@pytest.fixture
def default_encoder(db):
    """Exported once a SCRM_HOME (about a minute), found there afterwards."""
    return encoder_prepare(source=NAME)


@pytest.mark.slow
def test_the_default_model_is_faithful_and_understands_chinese(default_encoder):
    assert default_encoder.parity >= 0.995
    assert (default_encoder.dimensions, default_encoder.query_prefix, default_encoder.passage_prefix) == (384, "query: ", "passage: ")
    encoder = load(default_encoder)
    passages = [
        "自签收之日起七天内可以无理由退货。",
        "会员积分十二个月内有效，过期清零。",
        "Press and hold the power button for ten seconds.",
    ]
    scores = (
        encoder.encode_queries(["买了不喜欢能退吗", "积分什么时候过期", "How do I do a factory reset?"])
        @ encoder.encode_passages(passages).T
    )
    assert scores.argmax(axis=1).tolist() == [0, 1, 2]
