"""What a deployment needs, one finding a thing, in plain language with what to do. Rooms above add theirs: a module `doctor`."""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import redis
from django.conf import settings
from django.core import checks
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext as _

from scrm.core.errors import ScrmError
from scrm.core.registry import Registry
from scrm.stack import external, folders, health, heartbeats

CLOCK_TOLERANCE_S = 5.0
EARLIEST_YEAR, LATEST_YEAR = 2026, 2100
DISK_WARN_MB = 1024
NLI_LOADS_S = 120


@dataclass(frozen=True)
class Finding:
    """One line of the report. `name`: stable, for programs; `text`: what was found and, when not `ok`, what to do."""

    name: str
    ok: bool
    text: str


Check = Callable[[], Iterable[Finding]]
CHECKS: Registry[Check] = Registry("doctor checks")


def examine() -> Iterator[Finding]:
    """All findings, ours first. A check that needs an absent service reports that instead of failing."""
    autodiscover_modules("doctor")
    for name, check in CHECKS.items():
        try:
            yield from check()
        except ScrmError as error:
            yield Finding(name, False, str(error))
        except DatabaseError:
            yield Finding(name, False, _("could not be checked: the database does not answer"))
        except redis.RedisError:
            yield Finding(name, False, _("could not be checked: Redis does not answer"))


def check_settings() -> Iterator[Finding]:
    """Django's system checks; in production settings those of a deployment too."""
    deploy = not settings.SIMULATOR_ENABLED
    serious = [message for message in checks.run_checks(include_deployment_checks=deploy) if message.level >= checks.WARNING]
    for message in serious:
        yield Finding("settings", False, f"{message.msg} {message.hint or ''} ({message.id})".replace("\n", " "))
    if not serious:
        yield Finding("settings", True, _("key, hosts and security settings are in order"))


def check_database() -> Iterator[Finding]:
    yield Finding("database", True, external.postgres_check(settings.DATABASES["default"]))
    with connection.cursor() as cursor:
        cursor.execute("SELECT extversion FROM pg_extension WHERE extname = 'vector'")
        installed = cursor.fetchone()
    if not installed:
        yield Finding("extension", False, _("pgvector is not created in this database yet. Run: manage.py migrate"))
    else:
        yield Finding("extension", True, _("pgvector %(version)s is in use") % {"version": installed[0]})


def check_migrations() -> Iterator[Finding]:
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        yield Finding("migrations", False, _("%(count)d migrations are not applied. Run: manage.py migrate") % {"count": len(missing)})
    else:
        yield Finding("migrations", True, _("all tables are up to date"))


def check_redis() -> Iterator[Finding]:
    yield Finding("redis", True, external.redis_check(settings.REDIS_URL))
    with heartbeats.client() as client:
        memory, persistence = client.info("memory"), client.info("persistence")
    if memory.get("maxmemory_policy", "noeviction") != "noeviction":
        yield Finding("redis memory", False, _("Redis may throw queued work away. Set maxmemory-policy to noeviction."))
    if not persistence.get("aof_enabled"):
        yield Finding("redis durability", True, _("without appendonly, work queued at a power loss waits for its periodic drain"))


def check_workers() -> Iterator[Finding]:
    for queue in settings.CELERY_QUEUE_NAMES:
        count = len(heartbeats.living(f"worker:{queue}"))
        if count:
            yield Finding(f"worker {queue}", True, _("%(count)d running") % {"count": count})
        else:
            advice = _("nobody works on queue %(queue)s. Run make up, or: celery -A scrm worker -Q %(queue)s") % {"queue": queue}
            yield Finding(f"worker {queue}", False, advice)
    alive = len(heartbeats.living("beat"))
    if alive == 1:
        yield Finding("beat", True, _("the scheduler is running"))
    elif alive:
        yield Finding(
            "beat", False, _("%(count)d schedulers run; periodic work is done several times. Stop all but one.") % {"count": alive}
        )
    else:
        yield Finding("beat", False, _("no scheduler: lost work is not found again. Run make up, or: celery -A scrm beat"))


def check_model() -> Iterator[Finding]:
    """The active release can encode, and a worker has it loaded."""
    from scrm.ai import encoders
    from scrm.ai.selectors import active_release

    release = active_release()
    encoders.load(release.query_encoder).encode_queries(["你好"])
    yield Finding("model", True, _("%(name)s: files are complete and it encodes") % {"name": release.name})
    beats = health.queue_beats() or {}
    if any(beat.get("model") for beat in beats.get("interactive", [])):
        yield Finding("model loaded", True, _("an interactive worker has it in memory"))
    else:
        yield Finding("model loaded", False, _("no interactive worker has it in memory. Start one, or look into its log."))


def check_second_opinion() -> Iterator[Finding]:
    """Only where a model is to judge answers: that it is there and knows entailment."""
    from scrm.ai import nli
    from scrm.ai.errors import NliUnavailable

    if settings.SECOND_OPINION != "nli":
        return
    facts = {"name": settings.NLI_MODEL or "–"}
    try:
        nli.entailments([("你好。", "你好。")], timeout=NLI_LOADS_S)
    except NliUnavailable:
        said = _("the model %(name)s cannot judge. SCRM_NLI_MODEL must name a CrossEncoder with a label of entailment, as a folder here.")
        yield Finding("second opinion", False, said % facts)
    else:
        yield Finding("second opinion", True, _("%(name)s judges answers") % facts)


def check_disk() -> Iterator[Finding]:
    free = folders.free_mb(settings.SCRM_HOME)
    facts = {"path": settings.SCRM_HOME, "free": free, "needed": DISK_WARN_MB}
    if free < DISK_WARN_MB:
        yield Finding("disk", False, _("only %(free)d MB are free under %(path)s. Free some space; %(needed)d MB should be.") % facts)
    else:
        yield Finding("disk", True, _("%(free)d MB are free under %(path)s") % facts)


def check_clock() -> Iterator[Finding]:
    """WeCom refuses signatures, and leases run out early or late, when clocks disagree."""
    with connection.cursor() as cursor:
        before = time.time()
        cursor.execute("SELECT extract(epoch FROM clock_timestamp())")
        theirs = float(cursor.fetchone()[0])
    apart = abs(theirs - (before + time.time()) / 2)
    year = datetime.now(UTC).year
    if not EARLIEST_YEAR <= year < LATEST_YEAR:
        yield Finding(
            "clock", False, _("this machine believes it is the year %(year)d. Switch on time synchronisation (NTP).") % {"year": year}
        )
    elif apart > CLOCK_TOLERANCE_S:
        yield Finding(
            "clock",
            False,
            _("this machine and the database are %(seconds)d s apart. Switch on time synchronisation (NTP) on both.") % {"seconds": apart},
        )
    else:
        yield Finding("clock", True, _("this machine and the database agree"))


for _name, _check in {
    "settings": check_settings, "database": check_database, "migrations": check_migrations, "redis": check_redis,
    "workers": check_workers, "model": check_model, "second opinion": check_second_opinion, "disk": check_disk, "clock": check_clock,
}.items():  # fmt: skip
    CHECKS.register(_name, _check)
