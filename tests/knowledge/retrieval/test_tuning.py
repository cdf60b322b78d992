import math

import pytest

from knowledge.retrieval.tuning import BOUNDS, SHIPPED, Tuning, combined


def test_only_what_differs_is_stored_and_read_back():
    chosen = Tuning(meaning=1.5, threshold=0.3)
    assert chosen.to_json() == {"meaning": 1.5, "threshold": 0.3}
    assert Tuning.from_json(chosen.to_json()) == chosen
    assert SHIPPED.to_json() == {}


@pytest.mark.parametrize("stored", [{"meaning": "much"}, {"meaning": None}, {"meaning": True}, {"meaning": math.nan}, {"gravity": 9.81}])
def test_what_is_no_weight_is_as_shipped(stored):
    assert Tuning.from_json(stored) == SHIPPED


def test_weights_stay_within_their_bounds():
    assert Tuning.from_json({"words": 99}).words == BOUNDS["words"].most
    assert Tuning(threshold=-1).to_json() == {"threshold": BOUNDS["threshold"].least}


def test_every_weight_has_bounds_that_hold_the_shipped_value():
    assert set(BOUNDS) == set(Tuning.__dataclass_fields__)
    assert all(bound.least <= getattr(SHIPPED, name) <= bound.most for name, bound in BOUNDS.items())


def test_several_bases_share_the_mean():
    assert combined([]) == SHIPPED
    assert combined([Tuning(title=0.5)]) == Tuning(title=0.5)
    assert combined([Tuning(title=0.5), SHIPPED]).title == pytest.approx(0.75)
