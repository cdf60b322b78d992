"""The way into manage.py: what a person can mend is said in one sentence, not in a traceback (--traceback shows it)."""

import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import OperationalError
from django.utils.translation import gettext as _


def run(arguments: list[str]) -> None:
    """Raises SystemExit with the sentence when settings are wrong or the database does not answer."""
    try:
        execute_from_command_line(arguments)
    except (ImproperlyConfigured, OperationalError) as error:
        sentence = _sentence(error)
        if not sentence or "--traceback" in arguments:
            raise
        sys.exit(sentence)


def _sentence(error: Exception) -> str:
    """What to do; "" for an error that the database itself answered with."""
    if isinstance(error, ImproperlyConfigured):
        return str(error)
    if getattr(error.__cause__, "sqlstate", None):
        return ""
    reason = str(error).strip().splitlines()[0]
    return _("The database does not answer (%(reason)s). Start it with make up, or correct DATABASE_URL.") % {"reason": reason}
