"""Queues: `interactive` answers customers, `bulk` imports, `training` learns; none delays another."""

from celery.schedules import crontab, schedule

from scrm.settings import env
from scrm.settings.ai import SCRM_HOME
from scrm.stack.home import Home

# The one REDIS_URL names, else the embedded server of this SCRM_HOME on its unix socket (kombu has its own word for that scheme).
REDIS_URL = env.text("REDIS_URL", Home(SCRM_HOME).redis_url)

# `default` stays in the process: risk rules of a turn, callbacks. `shared` counts what all web processes must agree on, and gives up soon.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    "shared": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "zhike",
        "OPTIONS": {"socket_timeout": 1, "socket_connect_timeout": 1},
    },
}

CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1)
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_DEFAULT_QUEUE = "interactive"
CELERY_QUEUE_NAMES = ("interactive", "bulk", "training")
CELERY_TASK_CREATE_MISSING_QUEUES = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # for ever: a Redis that comes back finds its workers
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = env.text("SCRM_TIME_ZONE", "Asia/Shanghai")  # crontabs below mean the clock on the wall
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"

# Periodic drains: a lost broker message or a killed worker delays work by one period and loses nothing.
CELERY_BEAT_SCHEDULE: dict[str, dict] = {
    "events-drain": {"task": "conversations.events_drain", "schedule": schedule(5), "options": {"queue": "interactive", "expires": 5}},
    "turns-drain": {"task": "conversations.turns_drain", "schedule": schedule(5), "options": {"queue": "interactive", "expires": 5}},
    "outbound-drain": {"task": "conversations.outbound_drain", "schedule": schedule(5), "options": {"queue": "interactive", "expires": 5}},
    "questions-drain": {
        "task": "conversations.questions_drain",
        "schedule": schedule(30),
        "options": {"queue": "interactive", "expires": 30},
    },
    "drafts-drain": {"task": "conversations.drafts_drain", "schedule": schedule(30), "options": {"queue": "interactive", "expires": 30}},
    "prompt-trials-drain": {
        "task": "conversations.prompt_trials_drain",
        "schedule": schedule(60),
        "options": {"queue": "interactive", "expires": 60},
    },
    "reviews-escalate": {
        "task": "conversations.reviews_escalate",
        "schedule": schedule(60),
        "options": {"queue": "interactive", "expires": 60},
    },
    "idle-end": {"task": "conversations.idle_end", "schedule": schedule(60), "options": {"queue": "bulk", "expires": 60}},
    "accounts-reconcile": {
        "task": "conversations.accounts_reconcile",
        "schedule": schedule(300),
        "options": {"queue": "interactive", "expires": 300},
    },
    "ingestion-drain": {"task": "knowledge.ingestion_drain", "schedule": schedule(30), "options": {"queue": "bulk", "expires": 30}},
    "freshness-drain": {"task": "knowledge.freshness_drain", "schedule": schedule(300), "options": {"queue": "bulk", "expires": 300}},
    "freshness-weekly": {
        "task": "knowledge.freshness_weekly",
        "schedule": crontab(minute=30, hour=3, day_of_week=1),
        "options": {"queue": "bulk"},
    },
    "reminders-daily": {"task": "knowledge.reminders_send", "schedule": crontab(minute=30, hour=8), "options": {"queue": "bulk"}},
    "notices-mail": {"task": "dashboard.notices_mail", "schedule": schedule(900), "options": {"queue": "bulk", "expires": 900}},
    "lexical-refresh": {"task": "knowledge.lexical_refresh", "schedule": schedule(300), "options": {"queue": "bulk", "expires": 300}},
    "knowledge-purge": {
        "task": "knowledge.purge",
        "schedule": crontab(hour=3, minute=10),
        "options": {"queue": "training", "expires": 3600},
    },
    "suggestions-weekly": {
        "task": "knowledge.suggestions_weekly",
        "schedule": crontab(day_of_week="sun", hour=2, minute=30),
        "options": {"queue": "bulk", "expires": 43_200},
    },
    "learn-nightly": {
        "task": "training.nightly",
        "schedule": crontab(hour=2, minute=30),
        "options": {"queue": "training", "expires": 3600},
    },
    "learn-drain": {"task": "training.nights_drain", "schedule": schedule(300), "options": {"queue": "training", "expires": 300}},
    "releases-watch": {"task": "training.releases_watch", "schedule": schedule(900), "options": {"queue": "bulk", "expires": 900}},
    "unknown-gather": {"task": "training.unknown_gather", "schedule": schedule(900), "options": {"queue": "bulk", "expires": 900}},
    "follow-ups-gather": {"task": "training.follow_ups_gather", "schedule": schedule(600), "options": {"queue": "bulk", "expires": 600}},
    "annotation-gather": {"task": "training.annotation_gather", "schedule": schedule(1800), "options": {"queue": "bulk", "expires": 1800}},
    "bandit-learn": {"task": "training.bandit_learn", "schedule": schedule(600), "options": {"queue": "bulk", "expires": 600}},
    "canaries-watch": {"task": "training.canaries_watch", "schedule": schedule(300), "options": {"queue": "bulk", "expires": 300}},
    "shadows-run": {"task": "training.shadows_run", "schedule": schedule(600), "options": {"queue": "training", "expires": 600}},
    "old-vectors-remove": {
        "task": "training.old_vectors_remove",
        "schedule": crontab(hour=4, minute=10),
        "options": {"queue": "training", "expires": 3600},
    },
    "erasures-follow": {"task": "training.erasures_follow", "schedule": schedule(3600), "options": {"queue": "bulk", "expires": 3600}},
    "annotation-imports-drain": {"task": "training.imports_drain", "schedule": schedule(300), "options": {"queue": "bulk", "expires": 300}},
    "audit-verify": {
        "task": "conversations.chain_check_nightly",
        "schedule": crontab(hour=4, minute=40),
        "options": {"queue": "bulk", "expires": 3600},
    },
    "audit-verify-drain": {
        "task": "conversations.chain_checks_drain",
        "schedule": schedule(300),
        "options": {"queue": "bulk", "expires": 300},
    },
    "audit-purge": {"task": "audit.purge", "schedule": crontab(hour=3, minute=30), "options": {"queue": "training", "expires": 3600}},
    "vault-purge": {"task": "privacy.purge", "schedule": crontab(minute=20), "options": {"queue": "training", "expires": 3000}},
    "cache-purge": {"task": "conversations.cache_purge", "schedule": crontab(minute=40), "options": {"queue": "bulk", "expires": 3000}},
    "web-drain": {"task": "knowledge.web_drain", "schedule": schedule(60), "options": {"queue": "bulk", "expires": 60}},
    "bulk-drain": {"task": "knowledge.bulk_drain", "schedule": schedule(60), "options": {"queue": "interactive", "expires": 60}},
    "trials-drain": {"task": "knowledge.trials_drain", "schedule": schedule(30), "options": {"queue": "interactive", "expires": 30}},
}
