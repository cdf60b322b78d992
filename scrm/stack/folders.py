"""Prepare the folders of a copy: owner, mode, free space, and paths that the database's own user can walk."""

import logging
import os
import pwd
import shutil
import stat
from pathlib import Path

from django.utils.translation import gettext as _

from scrm.stack.errors import StackError
from scrm.stack.home import Home

log = logging.getLogger(__name__)

# Measured: embedded Postgres 60 MB + up to 2 GB of WAL under load, serving model 130 MB, its export 0.6 GB at the peak.
FIRST_START_MB = 1500
LATER_START_MB = 200


def require_space(root: Path) -> None:
    """Raise StackError when the disk below `root` is too full to start."""
    needed = LATER_START_MB if (root / "postgres" / "PG_VERSION").exists() else FIRST_START_MB
    free = free_mb(root)
    if free < needed:
        raise StackError(
            _(
                "The disk under %(path)s is full: %(free)d MB are free, %(needed)d MB are needed. Free some space or set SCRM_HOME to another disk."
            )
            % {"path": root, "free": free, "needed": needed}
        )


def free_mb(path: Path) -> int:
    """Free megabytes on the disk that holds `path` or, while it does not exist, its nearest parent."""
    while not path.exists():
        path = path.parent
    return shutil.disk_usage(path).free // 2**20


def prepare(home: Home) -> None:
    """Create SCRM_HOME and its private folders. Raises StackError when it is not ours or not writable."""
    try:
        home.root.mkdir(parents=True, exist_ok=True)
        for folder in (home.logs, home.run):
            folder.mkdir(mode=0o711, exist_ok=True)
    except OSError as error:
        raise not_writable(home.root, error) from error
    if not os.access(home.root, os.W_OK | os.X_OK):
        raise not_writable(home.root, PermissionError("no write permission"))
    _private_sockets(home)


def not_writable(path: Path, error: OSError) -> StackError:
    return StackError(
        _("SCRM_HOME %(path)s cannot be written (%(reason)s). Give it to the user who runs this, or set SCRM_HOME to another folder.")
        % {"path": path, "reason": error.strerror or error}
    )


def _private_sockets(home: Home) -> None:
    home.sockets.mkdir(mode=0o711, exist_ok=True)
    facts = home.sockets.lstat()
    if not stat.S_ISDIR(facts.st_mode) or facts.st_uid != os.geteuid():
        raise StackError(_("%(path)s belongs to someone else. Remove it, or set SCRM_HOME to another folder.") % {"path": home.sockets})


def own(folder: Path, user: pwd.struct_passwd | None) -> None:
    """A folder only `user` enters (None: ourselves), created when missing, everything below given to that user."""
    folder.mkdir(mode=0o700, exist_ok=True)
    uid = user.pw_uid if user else os.geteuid()
    if folder.stat().st_uid == uid:
        return
    if user is None:
        raise StackError(
            _("%(path)s belongs to %(owner)s, not to you. Run as %(owner)s, or: sudo chown -R %(me)s %(path)s")
            % {"path": folder, "owner": _name(folder.stat().st_uid), "me": _name(uid)}
        )
    for path in (folder, *folder.rglob("*")):
        os.chown(path, user.pw_uid, user.pw_gid, follow_symlinks=False)


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def let_walk(path: Path) -> None:
    """Let other users pass through (not list) the folders above `path`; needed only when we run as root."""
    for folder in (path, *path.parents):
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            log.warning("other users may now pass through %s, because PostgreSQL may not run as root and has to reach its files", folder)
            folder.chmod(stat.S_IMODE(mode) | stat.S_IXOTH)
