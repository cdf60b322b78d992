"""Tests: real Postgres and Redis, eager nothing, cheap password hashing."""

from scrm.settings.base import *  # noqa: F403
from scrm.settings.base import STORAGES

SECRET_KEY = "test-only"
ALLOWED_HOSTS = ["*"]
SIMULATOR_ENABLED = True
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_USE_FINDERS = True
