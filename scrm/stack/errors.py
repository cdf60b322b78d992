"""What stops a start: one sentence that says what is wrong and what to do."""

from django.utils.translation import gettext_lazy as _

from scrm.core.errors import ScrmError


class StackError(ScrmError):
    """A service or the machine is not fit; nothing half-started is left behind by whoever raises it."""

    code, status = "stack", 503
    default_message = _("A service this needs could not be started.")
