"""Health is answered before anything else: probes call by IP address and over plain HTTP, which host checks and redirects refuse."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from scrm.stack import views

PATHS = {"/healthz": views.healthz, "/readyz": views.readyz}


class HealthMiddleware:
    """Stands first. Other paths pass through untouched."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        view = PATHS.get(request.path_info)
        return view(request) if view else self.get_response(request)
