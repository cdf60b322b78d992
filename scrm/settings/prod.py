"""Production: behind TLS, key and hosts from the environment, no simulator."""

from scrm.settings import env
from scrm.settings.base import *  # noqa: F403

SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = env.flag("SCRM_SSL_REDIRECT", True)
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
SECURE_HSTS_SECONDS = env.number("SCRM_HSTS_SECONDS", 31_536_000)
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.flag("SCRM_HSTS_SUBDOMAINS", True)
SECURE_HSTS_PRELOAD = env.flag("SCRM_HSTS_PRELOAD", True)
