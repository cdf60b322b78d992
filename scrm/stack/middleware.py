"""Machines are answered before anything that is there for people: no session, language, security headers or host check.

Probes call by IP address and over plain HTTP, which host checks and redirects refuse. Callbacks prove themselves by their signature and
come in bursts: what a page needs would be half of their time.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import resolve

from scrm.stack import views

PROBES = {"/healthz": views.healthz, "/readyz": views.readyz}
CALLBACKS = "/hooks/"


class MachinesMiddleware:
    """Stands first. Other paths pass through untouched."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith(CALLBACKS):
            match = request.resolver_match = resolve(request.path_info)
            return match.func(request, *match.args, **match.kwargs)
        view = PROBES.get(request.path_info)
        return view(request) if view else self.get_response(request)
