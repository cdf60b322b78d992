"""A circuit breaker that all processes share: two of the same name stand for two processes."""

import threading

import pytest
import redis

from scrm.ai import together
from scrm.ai.breaker import FAILURES, Breaker, OwnBreaker, digest


@pytest.fixture
def store(settings, services):
    with redis.Redis.from_url(settings.REDIS_URL, decode_responses=True) as client:
        yield client


@pytest.fixture
def pair(store, request) -> tuple[Breaker, Breaker]:
    """One endpoint in two processes."""
    one, other = (Breaker("test", request.node.name) for _process in range(2))
    store.delete(one.key)
    return one, other


def fail(breaker: Breaker, times: int = FAILURES) -> None:
    for _time in range(times):
        assert breaker.lets_pass()
        breaker.failed()


def test_failures_in_one_process_open_it_for_all(pair):
    one, other = pair
    fail(one)
    assert not other.lets_pass()
    assert not one.lets_pass()


def test_failures_of_several_processes_add_up(pair):
    one, other = pair
    fail(one, FAILURES - 1)
    fail(other, 1)
    assert not one.lets_pass()


def test_a_success_in_between_begins_the_count_anew(pair):
    one, other = pair
    fail(one, FAILURES - 1)
    assert other.lets_pass()
    other.succeeded()
    fail(one, FAILURES - 1)
    assert other.lets_pass()


def test_after_the_pause_one_of_all_callers_tries(pair, store):
    one, other = pair
    fail(one)
    store.hset(one.key, "until", 0)  # the pause is over
    assert [one.lets_pass(), other.lets_pass(), one.lets_pass()] == [True, False, False]


@pytest.mark.parametrize(("recovers", "passes"), [(True, True), (False, False)])
def test_what_the_one_finds_decides_for_all(pair, store, recovers, passes):
    one, other = pair
    fail(one)
    store.hset(one.key, "until", 0)
    assert other.lets_pass()
    other.succeeded() if recovers else other.failed()
    assert one.lets_pass() is passes


def test_of_many_at_the_same_moment_one_tries(pair, store):
    fail(pair[0])
    store.hset(pair[0].key, "until", 0)
    found, together_now = [], threading.Barrier(8)

    def ask() -> None:
        together_now.wait()
        found.append(pair[1].lets_pass())

    threads = [threading.Thread(target=ask) for _caller in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found.count(True) == 1


def calls(store) -> int:
    return int(store.info("commandstats").get("cmdstat_evalsha", {}).get("calls", 0))


def test_a_call_that_succeeds_is_one_round_trip(pair, store):
    one, _other = pair
    assert one.lets_pass()  # Redis knows the script now
    before = calls(store)
    assert one.lets_pass()
    one.succeeded()
    assert calls(store) - before == 1


@pytest.fixture
def redis_away(settings, monkeypatch):
    settings.REDIS_URL = "unix:///nowhere.sock"
    monkeypatch.setattr(together, "_away_until", 0.0)
    yield
    together._away_until = 0.0


def test_without_redis_a_process_goes_by_what_it_knows(pair, redis_away):
    one, other = pair
    fail(one)
    assert not one.lets_pass()
    assert other.lets_pass()


def test_a_redis_that_does_not_answer_is_left_alone_for_a_while(pair, redis_away, settings, store):
    assert pair[0].lets_pass()
    settings.REDIS_URL = f"unix://{store.connection_pool.connection_kwargs['path']}"
    before = calls(store)
    assert pair[0].lets_pass()
    assert calls(store) == before


def test_of_its_own_a_process_waits_and_tries_once():
    now = [100.0]
    own = OwnBreaker(pause_s=20, clock=lambda: now[0])
    for _time in range(FAILURES):
        assert own.lets_pass()
        own.failed()
    assert not own.lets_pass()
    now[0] += 21
    assert [own.lets_pass(), own.lets_pass()] == [True, False]
    own.succeeded()
    assert own.lets_pass()


def test_keys_hold_neither_address_nor_model():
    assert "secret" not in Breaker("chat", "http://user:secret@host/v1", "m").key
    assert digest("a", "bc") != digest("ab", "c")
