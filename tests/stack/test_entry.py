"""manage.py says what a person can mend in one sentence."""

import os
import subprocess
import sys

import pytest
from django.conf import settings


def manage(*arguments: str, **env: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments], cwd=settings.BASE_DIR, env={**os.environ, **env}, capture_output=True, text=True, check=False
    )  # fmt: skip


@pytest.mark.parametrize(
    ("env", "said"),
    [
        ({"PORT": "abc"}, "PORT"),
        ({"DATABASE_URL": "postgres://someone@127.0.0.1:9/none"}, "make up"),
        ({"DJANGO_SETTINGS_MODULE": "scrm.settings.dev", "SCRM_HOME": "/proc/nowhere"}, "/proc/nowhere"),
    ],
)
def test_wrong_surroundings_are_one_sentence(env, said):
    done = manage("showmigrations", **env)
    assert done.returncode == 1
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_the_traceback_is_there_for_who_asks():
    assert "Traceback" in manage("showmigrations", "--traceback", PORT="abc").stderr
