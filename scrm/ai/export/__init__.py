"""Exporting a sentence-transformers model to serving files, in a process of its own."""

import json
import subprocess
import sys
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from scrm.ai.errors import ExportRefused
from scrm.ai.folders import Manifest


def export_apart(name: str, out: Path) -> Manifest:
    """Run the export of `name` into `out` in a child process; its progress lines go to stderr as they come.

    Raises ExportRefused with the child's own sentence.
    """
    command = [sys.executable, "-m", "scrm.ai.export", name, str(out), str(settings.MODELS_DIR)]
    child = subprocess.run(command, stdout=subprocess.PIPE, text=True, cwd=settings.BASE_DIR, check=False)
    if child.returncode:
        raise ExportRefused(reason(child.stdout, child.returncode))
    return Manifest.read(out)


def reason(output: str, code: int) -> str:
    """The child's sentence; when it was killed, what that usually means."""
    try:
        return json.loads(output.strip().splitlines()[-1])["error"]
    except (IndexError, ValueError, KeyError, TypeError):
        return _("The export ended with code %(code)d, probably for lack of memory (it needs about 4 GB) or disk space.") % {"code": code}
