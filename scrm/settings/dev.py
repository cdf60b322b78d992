"""`make up`: everything on this machine, the simulator open, a key kept under SCRM_HOME."""

import secrets

from django.core.exceptions import ImproperlyConfigured

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


try:
    SECRET_KEY = SECRET_KEY or kept_key()
except OSError as error:
    raise ImproperlyConfigured(
        f"SCRM_HOME {SCRM_HOME} cannot be used ({error.strerror}). Give it to the user who runs this, free some space, "
        f"or set SCRM_HOME to another folder. / 目录 {SCRM_HOME} 无法使用，请检查权限和磁盘空间，或者把 SCRM_HOME 设为其他目录。"
    ) from error
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_USE_FINDERS = True
