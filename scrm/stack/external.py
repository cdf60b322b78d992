"""Servers that DATABASE_URL and REDIS_URL name: used as they are, and checked before anything starts."""

import psycopg
import redis
from django.utils.translation import gettext as _

from scrm.stack.errors import StackError

POSTGRES_AT_LEAST = 16
VECTOR_AT_LEAST = (0, 8)
REDIS_AT_LEAST = (6, 2)
CONNECT_TIMEOUT_S = 5


def postgres_check(where: dict) -> str:
    """The server's versions in words. Raises StackError unless it is reachable, new enough, and can hold vectors.

    `where`: an entry of settings.DATABASES, as scrm.settings.database.parse makes it of a URL.
    """
    try:
        connection = _connect(where)
    except psycopg.Error as error:
        raise StackError(
            _(
                "DATABASE_URL names a PostgreSQL that cannot be used (%(reason)s). Start it, or correct host, port, user, password and database name."
            )
            % {"reason": _first_line(error)}
        ) from error
    with connection:
        version = connection.info.server_version // 10000
        if version < POSTGRES_AT_LEAST:
            raise StackError(
                _(
                    "DATABASE_URL names PostgreSQL %(found)d; %(needed)d or newer is needed. Upgrade it, or unset DATABASE_URL to use the embedded one."
                )
                % {"found": version, "needed": POSTGRES_AT_LEAST}
            )
        _require_utf8(connection)
        vector = _require_vector(connection, version)
        _require_create(connection)
        connection.rollback()
    return f"PostgreSQL {version}, pgvector {vector}"


def _connect(where: dict) -> psycopg.Connection:
    return psycopg.connect(
        dbname=where["NAME"], user=where["USER"] or None, password=where["PASSWORD"] or None,
        host=where["HOST"] or None, port=where["PORT"] or None, **{"connect_timeout": CONNECT_TIMEOUT_S, **where["OPTIONS"]},
    )  # fmt: skip


def _require_utf8(connection: psycopg.Connection) -> None:
    encoding = connection.execute("SHOW server_encoding").fetchone()[0]
    if encoding != "UTF8":
        raise StackError(_("The database's encoding is %(found)s; create it again with ENCODING 'UTF8'.") % {"found": encoding})


def _require_vector(connection: psycopg.Connection, version: int) -> str:
    """The version of pgvector that is or would be installed."""
    row = connection.execute("SELECT extversion FROM pg_extension WHERE extname = 'vector'").fetchone()
    installed = row[0] if row else ""
    row = connection.execute("SELECT default_version FROM pg_available_extensions WHERE name = 'vector'").fetchone()
    found = installed or (row[0] if row else "")
    if not found:
        raise StackError(
            _(
                "This PostgreSQL has no pgvector. Install it on the server (Debian: apt-get install postgresql-%(version)d-pgvector), or unset DATABASE_URL."
            )
            % {"version": version}
        )
    if _version(found) < VECTOR_AT_LEAST:
        raise StackError(
            _(
                "pgvector is %(found)s; 0.8 or newer is needed. Install a newer one on the server, then run in this database: ALTER EXTENSION vector UPDATE"
            )
            % {"found": found}
        )
    if not installed:
        _require_creatable(connection)
    return found


def _require_creatable(connection: psycopg.Connection) -> None:
    try:
        connection.execute("CREATE EXTENSION vector")
    except psycopg.Error as error:
        raise StackError(
            _("The extension vector cannot be created in this database (%(reason)s). As its superuser run once: CREATE EXTENSION vector")
            % {"reason": _first_line(error)}
        ) from error


def _require_create(connection: psycopg.Connection) -> None:
    row = connection.execute("SELECT current_schema(), has_schema_privilege(current_schema(), 'CREATE'), current_user").fetchone()
    if not row[0] or not row[1]:
        raise StackError(
            _("The user %(user)s may not create tables in this database. As its owner run: GRANT CREATE ON SCHEMA public TO %(user)s")
            % {"user": row[2]}
        )


def redis_check(url: str) -> str:
    """The server's version in words. Raises StackError unless it answers and is new enough."""
    try:
        client = redis.Redis.from_url(url, socket_connect_timeout=CONNECT_TIMEOUT_S, socket_timeout=CONNECT_TIMEOUT_S)
        version = client.info("server")["redis_version"]
    except (redis.RedisError, ValueError, OSError) as error:
        raise StackError(
            _("REDIS_URL names a Redis that cannot be used (%(reason)s). Start it, or correct host, port and password.")
            % {"reason": _first_line(error)}
        ) from error
    if _version(version) < REDIS_AT_LEAST:
        raise StackError(_("Redis is %(found)s; 6.2 or newer is needed. Upgrade it, or unset REDIS_URL.") % {"found": version})
    return f"Redis {version}"


def _version(text: str) -> tuple[int, int]:
    major, minor = (text.split(".") + ["0"])[:2]
    return int(major), int(minor)


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
