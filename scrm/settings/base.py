"""What every environment shares; one subject a file."""

from scrm.settings import env
from scrm.settings.admin import *  # noqa: F403
from scrm.settings.ai import *  # noqa: F403
from scrm.settings.answers import *  # noqa: F403
from scrm.settings.audit import *  # noqa: F403
from scrm.settings.celery import *  # noqa: F403
from scrm.settings.channels import *  # noqa: F403
from scrm.settings.database import *  # noqa: F403
from scrm.settings.email import *  # noqa: F403
from scrm.settings.freshness import *  # noqa: F403
from scrm.settings.learning import *  # noqa: F403
from scrm.settings.logging import *  # noqa: F403
from scrm.settings.phrases import *  # noqa: F403
from scrm.settings.privacy import *  # noqa: F403
from scrm.settings.security import *  # noqa: F403
from scrm.settings.storage import *  # noqa: F403
from scrm.settings.web import *  # noqa: F403

BASE_DIR = env.BASE_DIR
DEBUG = False

ROOT_URLCONF = "scrm.urls"
WSGI_APPLICATION = "scrm.wsgi.application"
ASGI_APPLICATION = "scrm.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "access.User"
SITE_NAME = "知客 Zhike"

INSTALLED_APPS = [
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "rest_framework",
    "drf_spectacular",
    "django_htmx",
    "guardian",
    "django_celery_beat",
    "csp",
    "scrm.core",
    "scrm.stack",
    "scrm.audit",
    "scrm.access",
    "scrm.privacy",
    "scrm.ai",
    "scrm.jobs",
    "scrm.api",
    "scrm.customers",
    "scrm.dashboard",
    "knowledge",
    "conversations",
    "training",
]

MIDDLEWARE = [
    "scrm.stack.middleware.MachinesMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "scrm.access.middleware.AdminPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "scrm.core.middleware.ScrmErrorMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "scrm.dashboard.context_processors.navigation",
            ]
        },
    }
]

# zh-hans first, English second; the catalogue folder is named by locale (zh_Hans).
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "scrm" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.text("SCRM_TIME_ZONE", "Asia/Shanghai")
