import pytest

from tests.world import World, world_make


@pytest.fixture
def world(db) -> World:
    return world_make()
