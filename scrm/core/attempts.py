"""The outermost boundary of work that somebody waits for: whatever goes wrong, they hear of it."""

import logging
from collections.abc import Callable
from typing import TypeVar

from django.utils.translation import gettext_lazy as _

from scrm.core.errors import ScrmError

T = TypeVar("T")
UNEXPECTED = _("An unexpected error; administrators find its cause in the worker's log.")

log = logging.getLogger(__name__)


def attempted(work: Callable[[], T], *, what: str) -> tuple[T | None, str | None]:
    """(what the work gives, None), or (None, why it failed in words for people). Never raises; `what` names it in the log."""
    try:
        return work(), None
    except ScrmError as error:
        return None, str(error)
    except Exception:  # outermost boundary: whoever waits must not wait for ever
        log.exception("%s failed", what)
        return None, str(UNEXPECTED)
