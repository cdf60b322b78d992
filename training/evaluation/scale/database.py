"""A database of its own beside the product's, on the same server: a million rows leave neither dead rows nor a swollen index behind."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management import call_command
from django.db import connection

from scrm.ai.models import Encoder
from scrm.ai.selectors import active_release

_LEFT = r"""
SELECT datname FROM pg_database d WHERE starts_with(datname, %s)
AND NOT EXISTS (SELECT FROM pg_stat_activity a WHERE a.datname = d.datname)
"""


@contextmanager
def scratch_database() -> Iterator[None]:
    """Inside, the default connection is to an empty database with all tables and the release in use; dropped afterwards.

    What a killed measurement left is dropped before. Needs the right to create databases.
    """
    release = active_release()
    ordinary = connection.settings_dict["NAME"]
    prefix = f"{ordinary}_scale_"
    name = prefix + uuid.uuid4().hex[:8]
    with connection.cursor() as cursor:
        cursor.execute(_LEFT, [prefix])
        for (left,) in cursor.fetchall():
            cursor.execute(f'DROP DATABASE IF EXISTS "{left}"')
        cursor.execute(f'CREATE DATABASE "{name}"')
    try:
        _turn_to(name)
        call_command("migrate", verbosity=0)
        Encoder.objects.bulk_create({row.pk: row for row in (release.query_encoder, release.passage_encoder)}.values())
        release.save(force_insert=True)
        yield
    finally:
        _turn_to(ordinary)
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _turn_to(name: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = name
