import pytest

from tests.world import World, world_make


@pytest.fixture
def world(db) -> World:
    return world_make()


@pytest.fixture
def committed_world(transactional_db, settings, tmp_path, monkeypatch) -> World:
    """For verbs that commit; nothing is sent to the broker."""
    settings.MEDIA_ROOT = tmp_path / "media"
    monkeypatch.setattr("scrm.core.tasks.send", lambda *args, **kwargs: None)
    return world_make()
