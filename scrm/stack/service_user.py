"""Postgres refuses to run as root; then it gets a system user of its own."""

import os
import pwd
import shutil
import subprocess

from django.utils.translation import gettext as _

from scrm.stack.errors import StackError

NAMES = ("zhike-postgres", "nobody")


def service_user() -> pwd.struct_passwd | None:
    """The user that embedded Postgres runs as: None (ourselves) unless we are root."""
    if os.geteuid() != 0:
        return None
    _create(NAMES[0])
    for name in NAMES:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise StackError(_("PostgreSQL may not run as root and no user could be created for it. Run as an ordinary user, or set DATABASE_URL."))


def _create(name: str) -> None:
    try:
        pwd.getpwnam(name)
    except KeyError:
        useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
        if useradd:
            subprocess.run(
                [useradd, "--system", "--no-create-home", "--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin", name],
                capture_output=True, check=False,
            )  # fmt: skip
