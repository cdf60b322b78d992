"""`make up`: everything on this machine, the simulator open, a key kept under SCRM_HOME."""

import secrets

from scrm.settings.base import *  # noqa: F403
from scrm.settings.base import SCRM_HOME, SECRET_KEY, STORAGES

DEBUG = False
ALLOWED_HOSTS = ["*"]
SIMULATOR_ENABLED = True


def kept_key() -> str:
    """A random key that survives restarts, so that encrypted secrets stay readable."""
    file = SCRM_HOME / "secret_key"
    if not file.exists():
        SCRM_HOME.mkdir(parents=True, exist_ok=True)
        temporary = file.with_suffix(f".{secrets.token_hex(4)}")
        temporary.touch(mode=0o600)
        temporary.write_text(secrets.token_urlsafe(50))
        try:
            file.hardlink_to(temporary)  # atomic: the first of two processes wins
        except FileExistsError:
            pass
        temporary.unlink()
    return file.read_text().strip()


SECRET_KEY = SECRET_KEY or kept_key()
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_USE_FINDERS = True
