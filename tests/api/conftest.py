import pytest
from django.core.management.color import no_style
from django.db import connection

from conversations.models import RiskRule
from tests.world import World, world_make


@pytest.fixture
def world(db) -> World:
    return world_make()


@pytest.fixture
def committed_world(transactional_db, settings, tmp_path, monkeypatch) -> World:
    """For verbs that commit; nothing is sent to the broker."""
    settings.MEDIA_ROOT = tmp_path / "media"
    monkeypatch.setattr("scrm.core.tasks.send", lambda *args, **kwargs: None)
    with connection.cursor() as cursor:  # the rules that migrations made were put back under their old numbers
        for statement in connection.ops.sequence_reset_sql(no_style(), [RiskRule]):
            cursor.execute(statement)
    return world_make()
