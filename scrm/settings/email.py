"""The SMTP server that reminders go out by; without a host there is no e-mail, and notices are read in the product."""

from scrm.settings import env

EMAIL_HOST = env.text("SCRM_EMAIL_HOST")
EMAIL_PORT = env.number("SCRM_EMAIL_PORT", 587)
EMAIL_HOST_USER = env.text("SCRM_EMAIL_USER")
EMAIL_HOST_PASSWORD = env.text("SCRM_EMAIL_PASSWORD")
EMAIL_USE_TLS = env.flag("SCRM_EMAIL_TLS", True)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.text("SCRM_EMAIL_FROM", "zhike@localhost")
