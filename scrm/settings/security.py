"""Secrets, cookies, headers, authentication."""

from csp.constants import NONE, SELF

from scrm.settings import env

SECRET_KEY = env.text("SCRM_SECRET_KEY")
ALLOWED_HOSTS = env.items("SCRM_ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS = env.items("SCRM_CSRF_TRUSTED_ORIGINS")

LOGIN_URL = "dashboard:sign_in"
LOGIN_REDIRECT_URL = "dashboard:home"
LOGOUT_REDIRECT_URL = "dashboard:sign_in"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "guardian.backends.ObjectPermissionBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ANONYMOUS_USER_NAME = None
GUARDIAN_RAISE_403 = True
GUARDIAN_MONKEY_PATCH_USER = False

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "script-src": [SELF],
        "style-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    },
    # The admin's own widgets (Alpine.js, inline styles) need a looser policy; scrm.access.middleware sets it there only.
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication", "scrm.api.tokens.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.PageNumberPagination",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "scrm.api.schema.Schema",
    "EXCEPTION_HANDLER": "scrm.api.errors.exception_handler",
    "PAGE_SIZE": 50,
    "DEFAULT_THROTTLE_CLASSES": ["scrm.api.throttling.UserThrottle", "scrm.api.throttling.ScopedThrottle"],
    "DEFAULT_THROTTLE_RATES": {
        "user": "%d/min" % env.number("SCRM_API_PER_MINUTE", 600),  # noqa: UP031
        "search": "%d/min" % env.number("SCRM_API_SEARCHES_PER_MINUTE", 120),  # noqa: UP031
    },
}
API_SEARCH_WAIT_S = env.number("SCRM_API_SEARCH_WAIT_S", 10)  # then a search answers 202
SPECTACULAR_SETTINGS = {
    "TITLE": "知客 Zhike API",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "ENUM_NAME_OVERRIDES": {"AudienceEnum": "knowledge.choices.Audience.choices"},
}
