"""Tests: real Postgres and Redis of their own in a temporary SCRM_HOME, cheap password hashing.

tests/conftest.py starts the two servers there. Processes that a test starts inherit the environment and share them.
"""

import os
import tempfile
from pathlib import Path

# Before anything is read: nothing of the developer's own copy, its servers or its paid endpoint is touched by a test.
if "SCRM_TEST_HOME" not in os.environ:
    os.environ["SCRM_TEST_HOME"] = os.environ["SCRM_HOME"] = str(Path(tempfile.gettempdir()) / f"zhike-test-{os.getpid()}")
    for name in ("DATABASE_URL", "REDIS_URL", "OPENAI_BASE_URL", "OPENAI_API_KEY", "SCRM_CHAT_MODEL", "SCRM_EMBEDDING_MODEL"):
        os.environ[name] = ""

# Several processes of one run (pytest -n) have servers of their own, each in a folder below the run's.
if os.environ.get("PYTEST_XDIST_WORKER", "") not in ("", Path(os.environ["SCRM_TEST_HOME"]).name):
    os.environ["SCRM_TEST_HOME"] = os.environ["SCRM_HOME"] = str(Path(os.environ["SCRM_TEST_HOME"]) / os.environ["PYTEST_XDIST_WORKER"])

from scrm.settings.base import *  # noqa: F403
from scrm.settings.base import STORAGES

SECRET_KEY = "test-only"
ALLOWED_HOSTS = ["*"]
SIMULATOR_ENABLED = True
WEB_DELAY_S = 0
BURST_QUIET_S = 0
API_SEARCH_WAIT_S = 0
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_USE_FINDERS = True
