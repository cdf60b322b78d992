"""The admin's own Content-Security-Policy: its widgets (Alpine.js, inline styles) need eval and inline styles; nothing else does."""

from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.urls import reverse

ADMIN_POLICY = {"script-src": [SELF, UNSAFE_EVAL], "style-src": [SELF, UNSAFE_INLINE]}


class AdminPolicyMiddleware:
    """Loosens script-src and style-src under the admin; everything else stays as strict as on the desk. Inside CSPMiddleware."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if request.path.startswith(reverse("admin:index")):
            response._csp_replace = ADMIN_POLICY
        return response
