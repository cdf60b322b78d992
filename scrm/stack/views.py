"""Health for supervisors and load balancers: no sign-in, no session, nothing secret."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from scrm.stack import health


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 while the process lives; asks nobody."""
    return HttpResponse("ok", content_type="text/plain", headers={"Cache-Control": "no-store"})


@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when database, Redis, model and a worker of each queue answer, else 503; names each check."""
    checks = health.readiness()
    ready = all(checks.values())
    words = {name: "ok" if passed else "failed" for name, passed in checks.items()}
    return JsonResponse({"ready": ready, "checks": words}, status=200 if ready else 503, headers={"Cache-Control": "no-store"})
