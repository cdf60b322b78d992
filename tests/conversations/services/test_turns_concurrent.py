"""Two workers, two connections, and a worker that is killed."""

import os
import subprocess
import sys
import threading
import time

import pytest
from django.conf import settings as django_settings
from django.db import connection

from conversations.choices import TurnState
from conversations.models import Turn
from conversations.services.handover import conversation_take_over
from conversations.services.turns import turn_run

CHILD = "import django; django.setup(); from conversations.services.turns import turn_run; turn_run(conversation_id={})"
PATIENCE_S = 60

pytestmark = pytest.mark.usefixtures("transactional_db")


@pytest.fixture
def hanging(endpoint):
    """The endpoint's chat answers only when released. `asked` is set when somebody waits for it."""
    asked, released = threading.Event(), threading.Event()
    answer = endpoint.chat

    def chat(body: dict) -> dict:
        asked.set()
        released.wait(PATIENCE_S)
        return answer(body)

    endpoint.chat, endpoint.asked, endpoint.released = chat, asked, released
    yield endpoint
    released.set()


def in_thread(work) -> threading.Thread:
    def run():
        try:
            work()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_two_workers_answer_once(conversation, write, said):
    write("保温杯保修期多久？")
    ready = threading.Barrier(4)

    def work():
        ready.wait(PATIENCE_S)
        turn_run(conversation_id=conversation.pk)

    for thread in [in_thread(work) for _ in range(4)]:
        thread.join(PATIENCE_S)
    assert [(turn.state, turn.attempts) for turn in Turn.objects.all()] == [(TurnState.ANSWERED, 1)]
    assert len(said()) == 2


def test_a_message_that_comes_while_a_worker_waits_is_answered_by_it_or_its_next_turn(conversation, write, said, hanging, settings):
    settings.CHAT_MODEL = hanging.chat_model
    hanging.reply = "保修期为两年，自购买之日起计算[1]。"
    write("保温杯保修期多久？")
    worker = in_thread(lambda: turn_run(conversation_id=conversation.pk))
    assert hanging.asked.wait(PATIENCE_S)
    write("几天内可以无理由退货？")
    turn_run(conversation_id=conversation.pk)
    assert Turn.objects.count() == 1
    hanging.released.set()
    worker.join(PATIENCE_S)
    turn_run(conversation_id=conversation.pk)
    assert Turn.objects.exclude(state=TurnState.RUNNING).count() == 2


def test_a_person_who_takes_over_is_not_kept_waiting_and_the_bot_stays_silent(conversation, write, said, hanging, settings, agent):
    settings.CHAT_MODEL = hanging.chat_model
    write("保温杯保修期多久？")
    worker = in_thread(lambda: turn_run(conversation_id=conversation.pk))
    assert hanging.asked.wait(PATIENCE_S)
    conversation_take_over(actor=agent, conversation=conversation)  # no transaction is open while the endpoint is asked
    hanging.released.set()
    worker.join(PATIENCE_S)
    assert (Turn.objects.get().state, said()) == (TurnState.SUPERSEDED, [])


def test_a_killed_workers_turn_is_taken_over_at_once_and_answered_once(conversation, write, said, hanging):
    write("保温杯保修期多久？")
    child = subprocess.Popen([sys.executable, "-c", CHILD.format(conversation.pk)], env=environment(hanging), cwd=django_settings.BASE_DIR)
    assert hanging.asked.wait(PATIENCE_S)
    turn_run(conversation_id=conversation.pk)
    assert (Turn.objects.get().attempts, said()) == (1, [])  # it lives
    child.kill()
    child.wait()
    until = time.monotonic() + PATIENCE_S
    while Turn.objects.get().state == TurnState.RUNNING and time.monotonic() < until:
        turn_run(conversation_id=conversation.pk)
    turn = Turn.objects.get()
    assert (turn.state, turn.attempts) == (TurnState.ANSWERED, 2)
    assert len(said()) == 2
    assert "两年" in said()[0]


def environment(endpoint) -> dict[str, str]:
    """The test's own database and endpoint, for another process."""
    database = connection.settings_dict
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "scrm.settings.test",
        "DATABASE_URL": f"postgres://{database['USER']}@/{database['NAME']}?host={database['HOST']}",
        "SCRM_EMBEDDING_BASE_URL": endpoint.url,
        "SCRM_EMBEDDING_API_KEY": endpoint.key,
        "OPENAI_BASE_URL": endpoint.url,
        "OPENAI_API_KEY": endpoint.key,
        "SCRM_CHAT_MODEL": endpoint.chat_model,
    }
