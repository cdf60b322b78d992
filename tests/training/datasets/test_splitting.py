import numpy as np
import pytest

from training.datasets.splitting import DEV, OUT, TEST, TRAIN, Shares, clusters, split_of
from training.datasets.types import Example


def example(key: str) -> Example:
    return Example(1, key, key, "judgement")


def unit(*angles: float) -> np.ndarray:
    return np.array([[np.cos(angle), np.sin(angle)] for angle in angles], np.float32)


def test_what_means_the_same_is_one_cluster_also_through_a_third():
    found = clusters([example("c"), example("a"), example("b"), example("z")], unit(0.0, 0.2, 0.1, 1.5), np.cos(0.15))
    assert found == ["a", "a", "a", "z"]


def test_a_cluster_goes_to_one_side_whoever_asks():
    for cluster in map(str, range(200)):
        sides = {split_of(cluster, customer, seed=1, shares=Shares()) for customer in ("", "x", "y", "z")} - {OUT}
        assert len(sides) <= 1


def test_no_customer_trains_and_measures():
    sides: dict[str, set[str]] = {}
    for customer in map(str, range(40)):
        found = {split_of(f"{cluster}", customer, seed=3, shares=Shares()) for cluster in range(60)}
        sides[customer] = found - {OUT}
    assert any(TEST in found for found in sides.values())
    assert any(TRAIN in found for found in sides.values())
    assert all(not (TEST in found and found & {TRAIN, DEV}) for found in sides.values())


def test_shares_are_kept_and_the_seed_decides():
    sides = [split_of(str(number), "", seed=5, shares=Shares(dev=0.1, test=0.2)) for number in range(2_000)]
    assert sides.count(TEST) / 2_000 == pytest.approx(0.2, abs=0.04)
    assert sides.count(DEV) / 2_000 == pytest.approx(0.1, abs=0.03)
    assert sides != [split_of(str(number), "", seed=6, shares=Shares(dev=0.1, test=0.2)) for number in range(2_000)]


def test_what_measures_already_goes_on_measuring():
    trains = next(str(number) for number in range(100) if split_of(str(number), "", seed=1, shares=Shares()) == TRAIN)
    assert split_of(trains, "", seed=1, shares=Shares(), gold={trains: "gold"}) == TEST
