"""One family of errors. `message` is for people (translated, says what to do); `code` is stable for programs."""

from django.utils.translation import gettext_lazy as _


class ScrmError(Exception):
    """Base of every expected failure. HTTP status and code are mapped once, in scrm.api and scrm.core.middleware."""

    code = "error"
    status = 400
    default_message = _("The request could not be carried out.")

    def __init__(self, message=None, *, code: str | None = None):
        self.message = message or self.default_message
        self.code = code or self.code
        super().__init__(self.message)

    def __str__(self) -> str:
        return str(self.message)


class NotAllowed(ScrmError):
    code, status = "not_allowed", 403
    default_message = _("You are not allowed to do this.")


class NotFound(ScrmError):
    code, status = "not_found", 404
    default_message = _("This does not exist, or you may not see it.")


class Conflict(ScrmError):
    code, status = "conflict", 409
    default_message = _("Someone else changed this meanwhile. Reload and try again.")


class Invalid(ScrmError):
    code, status = "invalid", 400
    default_message = _("Some of the input is not valid.")


class Unavailable(ScrmError):
    code, status = "unavailable", 503
    default_message = _("A service this needs is not answering. Try again in a moment.")
