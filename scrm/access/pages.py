"""The door of every page of the desk: signed in, and the role holds the page's permission."""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.shortcuts import resolve_url
from django_htmx.http import HttpResponseClientRedirect

from scrm.access import policy


def page(permission: str) -> Callable:
    """Decorate a view: anonymous people are sent to sign in; NotAllowed unless the role holds `permission` ("app.codename")."""

    def decorate(view):
        @wraps(view)
        def guarded(request, *args, **kwargs):
            if not request.user.is_authenticated:
                return _sign_in(request)
            policy.require(request.user, permission)
            return view(request, *args, **kwargs)

        guarded.permission = permission
        return guarded

    return decorate


def _sign_in(request):
    """A partial request must move the whole page, not put the sign-in form into a corner of it."""
    if request.headers.get("HX-Request"):
        return HttpResponseClientRedirect(resolve_url(settings.LOGIN_URL))
    return redirect_to_login(request.get_full_path())
