"""System checks: wrong configuration is named before anything starts."""

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

from scrm.stack.home import Home

EXAMPLE_KEYS = {"", "test-only", "change-me"}


@register(Tags.security, deploy=True)
def production_named(app_configs, **kwargs) -> list[CheckMessage]:
    """What production may not guess: its key, its hosts, its address, its servers."""
    found: list[CheckMessage] = []
    if settings.SECRET_KEY in EXAMPLE_KEYS:
        found.append(
            Error(
                "SCRM_SECRET_KEY is not set.",
                hint="Set it to 50 random characters and keep a copy: it encrypts channel secrets.",
                id="stack.E001",
            )
        )
    if "*" in settings.ALLOWED_HOSTS or not settings.ALLOWED_HOSTS:
        found.append(
            Warning("SCRM_ALLOWED_HOSTS does not name the site's host.", hint="SCRM_ALLOWED_HOSTS=scrm.example.com", id="stack.W001")
        )
    if not settings.PUBLIC_URL.startswith("https://"):
        found.append(Warning("SCRM_PUBLIC_URL is not an https address.", hint="SCRM_PUBLIC_URL=https://scrm.example.com", id="stack.W002"))
    if settings.SIMULATOR_ENABLED:
        found.append(Error("The simulator is open in production settings.", hint="Use scrm.settings.prod.", id="stack.E002"))
    return found


@register()
def urls_understood(app_configs, **kwargs) -> list[CheckMessage]:
    """REDIS_URL has a scheme the client knows; DATABASE_URL names a database."""
    found: list[CheckMessage] = []
    if not settings.REDIS_URL.startswith(("redis://", "rediss://", "unix://")):
        found.append(Error("REDIS_URL must begin with redis://, rediss:// or unix://.", id="stack.E003"))
    if settings.DATABASES["default"]["NAME"] in ("postgres", "") and settings.DATABASES["default"]["HOST"] != str(_embedded()):
        found.append(
            Warning("DATABASE_URL names no database of its own.", hint="postgres://user:password@host:5432/zhike", id="stack.W003")
        )
    return found


def _embedded() -> str:
    return str(Home(settings.SCRM_HOME).postgres_socket)
