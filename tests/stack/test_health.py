import pytest
from django.conf import settings
from django.test import Client

from scrm.stack.heartbeats import Heartbeat, client, living, set_key


@pytest.fixture
def web() -> Client:
    return Client()


@pytest.fixture
def beating():
    """Give signs of life as a worker would; they end with the test."""
    started = []

    def start(kind: str, **facts) -> Heartbeat:
        heartbeat = Heartbeat(kind, facts=lambda: facts)
        with client() as connection:
            heartbeat._give(connection)
        started.append(heartbeat)
        return heartbeat

    yield start
    with client() as connection:
        connection.flushdb()


def test_healthz_asks_nobody(web):
    """No `db` fixture: a query would fail the test."""
    assert web.get("/healthz").content == b"ok"


def test_probes_come_by_address_over_plain_http(web, settings):
    settings.ALLOWED_HOSTS = ["scrm.example.com"]
    settings.SECURE_SSL_REDIRECT = True
    assert web.get("/healthz", headers={"host": "10.0.0.7"}).status_code == 200
    assert web.get("/", headers={"host": "10.0.0.7"}).status_code != 200


def test_readyz_names_what_is_missing(db, web, beating):
    beating("worker:interactive", model=False)
    answer = web.get("/readyz")
    assert answer.status_code == 503
    checks = answer.json()["checks"]
    assert [name for name, word in checks.items() if word == "ok"] == ["database", "redis", "worker:interactive"]


def test_readyz_when_all_live(db, web, beating):
    for queue in settings.CELERY_QUEUE_NAMES:
        beating(f"worker:{queue}", model=queue == "interactive")
    answer = web.get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["ready"] is True


def test_readyz_without_redis(db, web, settings):
    settings.REDIS_URL = "unix:///nowhere.sock"
    answer = web.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["redis"] == "failed"


def test_a_sign_of_life_fades(beating):
    beating("worker:bulk")
    assert len(living("worker:bulk")) == 1
    with client() as connection:
        connection.zincrby(set_key("worker:bulk"), -60, connection.zrange(set_key("worker:bulk"), 0, 0)[0])
    assert living("worker:bulk") == []


def test_a_stopped_heartbeat_takes_its_sign_back():
    heartbeat = Heartbeat("worker:bulk", facts=dict)
    heartbeat.start()
    heartbeat.stop()
    assert living("worker:bulk") == []
