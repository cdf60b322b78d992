"""Secrets at rest: Fernet with keys derived from SECRET_KEY (and, for rotation, SECRET_KEY_FALLBACKS)."""

import base64
import hashlib
import hmac
import json

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from scrm.core.errors import ScrmError


class SecretUnreadable(ScrmError):
    code, status = "secret_unreadable", 500
    default_message = _("A stored secret cannot be decrypted: SCRM_SECRET_KEY has changed. Restore the old key or enter the secret again.")


def _fernet() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    digests = (hashlib.sha256(b"zhike.secrets.v1:" + key.encode()).digest() for key in keys)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])


def encrypt(plain: str) -> str:
    return _fernet().encrypt(plain.encode()).decode()


def decrypt(token: str) -> str:
    try:
        return _fernet().decrypt(token.encode()).decode()
    except InvalidToken as error:
        raise SecretUnreadable from error


def keyed_digests(text: str, *, purpose: str) -> list[str]:
    """HMAC-SHA256 of the text, hex: by the key in force first, then by SECRET_KEY_FALLBACKS. Equal texts are found, and no text is."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    derived = (hashlib.sha256(f"zhike.{purpose}.v1:{key}".encode()).digest() for key in keys)
    return [hmac.new(key, text.encode(), hashlib.sha256).hexdigest() for key in derived]


class EncryptedJSONField(models.TextField):
    """A JSON object that is ciphertext in the database. Never searchable, never shown again in a form."""

    def get_prep_value(self, value):
        return None if value is None else encrypt(json.dumps(value, ensure_ascii=False))

    def from_db_value(self, value, expression, connection):
        return None if value is None else json.loads(decrypt(value))

    def to_python(self, value):
        return json.loads(value) if isinstance(value, str) else value
