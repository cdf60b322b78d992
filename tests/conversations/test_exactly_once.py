"""Every customer message is answered exactly once and in order, while the worker is killed again and again."""

import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from conversations.channels.wecom_kf.tokens import shared_redis
from conversations.models import Message, OutboundMessage, Turn
from tests.conversations.conftest import ACCOUNT, Phone
from tests.conversations.copy import Copy
from tests.conversations.factories import AccountFactory

CUSTOMERS, ROUNDS, KILLS = 6, 6, 5
ANSWERED_WITHIN_S = 90


@pytest.fixture
def copy(transactional_db, tmp_path):
    shared_redis().flushdb()
    AccountFactory()
    with Copy(tmp_path) as running:
        yield running
    shared_redis.cache_clear()


@pytest.fixture
def phone(copy):
    phone = Phone(f"http://127.0.0.1:{copy.simulator.port}")
    phone.post("accounts", **ACCOUNT | {"callback_url": f"{copy.url}/hooks/wecom_kf/shop/"})
    yield phone
    phone.close()


def wait_for_replies(phone: Phone, customer: str, count: int) -> None:
    deadline = time.monotonic() + ANSWERED_WITHIN_S
    while len(phone.replies(customer)) < count:
        assert time.monotonic() < deadline, f"{customer} waits for reply {count}: {phone.get('wire', open_kfid='wk1')['calls'][:5]}"
        threading.Event().wait(0.05)


def wait_until(settled: Callable[[], bool]) -> None:
    deadline = time.monotonic() + ANSWERED_WITHIN_S
    while not settled():
        assert time.monotonic() < deadline
        threading.Event().wait(0.05)


def converse(phone: Phone, customer: str) -> None:
    """Write, wait for the reply, write again."""
    for number in range(1, ROUNDS + 1):
        phone.post("say", external_userid=customer, text="在吗")
        wait_for_replies(phone, customer, number)


def sides(phone: Phone, customer: str) -> list[str]:
    return [item["side"] for item in phone.get("chat", external_userid=customer)["items"]]


@pytest.mark.slow
def test_killed_workers_lose_and_repeat_nothing(copy, phone):
    """Doorbells come three times, rows twice, some answers of send_msg are lost, the worker dies at random moments."""
    phone.post("faults", kind="duplicate_doorbell", value=2, times=1000)
    phone.post("faults", kind="duplicate_rows", times=1000)
    customers = [phone.customer(f"客户{number}") for number in range(CUSTOMERS)]
    moments = random.Random(20261122)
    with ThreadPoolExecutor(CUSTOMERS) as pool:
        talks = [pool.submit(converse, phone, customer) for customer in customers]
        for _ in range(KILLS):
            threading.Event().wait(moments.uniform(0.3, 3.0))
            phone.post("faults", kind="drop_answer", api="kf/send_msg")
            copy.kill_worker()
            copy.start_worker()
        for talk in talks:
            talk.result()
    for customer in customers:
        assert sides(phone, customer) == ["customer", "api"] * ROUNDS
    assert Message.objects.filter(author="customer").count() == CUSTOMERS * ROUNDS
    assert Turn.objects.count() == CUSTOMERS * ROUNDS
    wait_until(lambda: set(OutboundMessage.objects.values_list("state", flat=True)) == {"sent"})  # the last ones are reconciled


@pytest.mark.slow
def test_a_burst_is_answered_once(copy, phone):
    """Messages that arrive together are claimed together: each belongs to exactly one turn, and each turn speaks once."""
    customers = [phone.customer(f"客户{number}") for number in range(CUSTOMERS)]
    with ThreadPoolExecutor(CUSTOMERS) as pool:
        for _ in range(3):
            list(pool.map(lambda customer: phone.post("say", external_userid=customer, text="在吗"), customers))
        copy.kill_worker()
        copy.start_worker()
    for customer in customers:
        wait_for_replies(phone, customer, 1)
        mine = Message.objects.filter(conversation__identity__external_id=customer)
        assert mine.filter(author="customer").count() == 3
        last = mine.filter(author="customer").last()
        wait_until(lambda last=last: Turn.objects.filter(trigger=last, state="answered").exists())
        turns = Turn.objects.filter(conversation__identity__external_id=customer)
        wait_for_replies(phone, customer, turns.count())
        assert len(phone.replies(customer)) == turns.count()
