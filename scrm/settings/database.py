"""One PostgreSQL: the one DATABASE_URL names, else the embedded server of this SCRM_HOME."""

from urllib.parse import parse_qsl, unquote, urlsplit

from scrm.settings import env
from scrm.settings.ai import SCRM_HOME
from scrm.stack.home import Home


def parse(url: str) -> dict:
    """postgres://user:password@host:port/name?option=value; `?host=/dir` means a unix socket."""
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "postgres",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", None) or parts.hostname or "",
        "PORT": str(parts.port or options.pop("port", "")),
        "CONN_MAX_AGE": env.number("SCRM_DB_CONN_MAX_AGE", 3600),
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }


DATABASES = {"default": parse(env.text("DATABASE_URL", Home(SCRM_HOME).database_url))}
