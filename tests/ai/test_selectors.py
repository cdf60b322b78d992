"""Which release answers, and for how long."""

import pytest

from scrm.ai.models import ModelRelease
from scrm.ai.selectors import active_release_or_none, releases_held, serving
from scrm.ai.services.releases import release_activate, release_create


@pytest.fixture
def pair(transactional_db, encoder_row) -> tuple[ModelRelease, ModelRelease]:
    """(the release in use, one that will follow it)."""
    encoder = encoder_row()
    first, second = (release_create(name=name, query_encoder=encoder, passage_encoder=encoder) for name in ("first", "second"))
    release_activate(release=first)
    return first, second


def test_a_turn_keeps_its_release_when_another_is_promoted_meanwhile(pair):
    before, after = pair
    with releases_held():
        assert active_release_or_none() == before
        release_activate(release=after)
        assert active_release_or_none() == before
    assert active_release_or_none() == after


def test_what_is_held_is_asked_for_once(pair, django_assert_num_queries):
    with releases_held(), django_assert_num_queries(1):
        for _ in range(3):
            active_release_or_none()


def test_a_release_on_trial_goes_before_the_one_held(pair):
    before, after = pair
    with releases_held():
        assert active_release_or_none() == before
        with serving(after):
            assert active_release_or_none() == after
        assert active_release_or_none() == before
