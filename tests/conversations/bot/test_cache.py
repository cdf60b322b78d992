"""Verified answers are given again, to whom they belong, until a source changes."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone
from pgvector import HalfVector

from conversations.bot import remembered
from conversations.bot.pipeline import run
from conversations.bot.places import place_of, stamps_of
from conversations.bot.rules import forget
from conversations.bot.steps import cache as step
from conversations.models import CachedAnswer, CacheUse, RiskRule
from conversations.types import BotState, Exchange
from knowledge.ingestion.bulk import load_documents
from knowledge.models import Document, KnowledgeBase
from knowledge.services.documents import document_remove
from knowledge.types import Scope
from scrm.ai.encoders import query_vector
from scrm.ai.models import Encoder
from scrm.core.locks import try_session_lock
from tests.conversations.shop import WARRANTY, shop_base

ASKED = "保温杯的保修期是多久？"


@pytest.fixture
def base(transactional_db, release) -> KnowledgeBase:
    forget()
    return shop_base()


@pytest.fixture
def scope(base) -> Scope:
    return Scope((base.pk,))


def looked(state: BotState) -> str:
    (entry,) = [entry for entry in state.trace if entry.step == "cache"]
    return entry.output["cache"]


def test_the_second_asker_gets_the_verified_answer_with_its_citations(scope):
    first, second = run(ASKED, scope), run(" 保温杯的保修期是多久", scope)
    assert (looked(first), looked(second)) == ("miss", "exact")
    assert (second.answer, second.outcome, second.verdict) == (first.answer, first.outcome, first.verdict)
    assert [(q.number, q.text, q.hit.version_id) for q in second.quotes] == [(q.number, q.text, q.hit.version_id) for q in first.quotes]
    assert {"retrieve", "answer", "check"}.isdisjoint(entry.step for entry in second.trace)


def near(question: str) -> None:
    """Put the entry where the encoder sees this question: only the words can tell them apart now."""
    vector = query_vector(Encoder.objects.get(), question)
    CachedAnswer.objects.update(vector=HalfVector(vector.tolist()))


def test_another_wording_of_the_question_is_a_hit(scope):
    run("请问保温杯的保修期是多久？", scope)
    near("保温杯保修期是多长时间啊")
    assert looked(run("保温杯保修期是多长时间啊", scope)) == "semantic"


@pytest.mark.parametrize("other", ["雨伞的保修期是多久？", "保温杯的保修期不是多久？", "保温杯的2个保修期是多久？"])
def test_near_misses_are_worked_out(scope, other):
    run(ASKED, scope)
    near(other)
    assert looked(run(other, scope)) == "miss"


@pytest.mark.parametrize("text", ["我的手机号13812345678，保温杯的保修期是多久？", "那它的保修期呢？"])
def test_what_belongs_to_one_conversation_is_never_kept(scope, text):
    run(text, scope, [Exchange("保温杯多重", "310克")])
    assert not CachedAnswer.objects.exists()


def beware(word: str) -> None:
    RiskRule.objects.filter(pk=RiskRule.objects.first().pk).update(question_patterns=word, enabled=True)
    forget()


def test_refusals_and_answers_that_wait_for_a_person_are_never_kept(scope):
    run("火星上有水吗？", scope)
    beware("保修")
    run(ASKED, scope)
    assert not CachedAnswer.objects.exists()


def test_a_rule_made_later_counts_for_a_hit(scope):
    run(ASKED, scope)
    beware("保修")
    assert (looked(again := run(ASKED, scope)), again.outcome) == ("exact", "review")


def _publish_new_version(base):
    load_documents(base, [("cup", "保温杯说明书", WARRANTY.replace("两年", "三年"))])


def _publish_another(base):
    load_documents(base, [("other", "公告", "保温杯的保修期自2026年起改为五年。")])


def _remove(base):
    document_remove(actor=None, document=Document.objects.get(base=base, name="cup"))


def _restrict(base):
    Document.objects.filter(base=base, name="cup").update(audience="internal")


def _expire(base):
    Document.objects.filter(base=base, name="cup").update(valid_until=timezone.now())


def _tune(base):
    KnowledgeBase.objects.filter(pk=base.pk).update(tuning={"threshold": 0.2})


def _new_word(base):
    KnowledgeBase.objects.filter(pk=base.pk).update(words_revision=base.words_revision + 1)


CHANGES = [_publish_new_version, _publish_another, _remove, _restrict, _expire, _tune, _new_word]


@pytest.mark.parametrize("change", CHANGES)
def test_every_change_of_a_source_deletes_the_entries_with_it(base, scope, change):
    other = shop_base("另一家")
    run(ASKED, scope)
    run(ASKED, Scope((other.pk,)))
    change(base)
    assert list(CachedAnswer.objects.values_list("base_ids", flat=True)) == [[other.pk]]
    assert looked(run(ASKED, scope)) == "miss"


def test_a_change_that_is_rolled_back_deletes_nothing(base, scope):
    run(ASKED, scope)
    with transaction.atomic():
        _restrict(base)
        transaction.set_rollback(True)
    assert looked(run(ASKED, scope)) == "exact"


def test_an_answer_worked_out_before_a_change_is_not_kept_after_it(base, scope, monkeypatch):
    kept = remembered.keep
    monkeypatch.setattr(remembered, "keep", lambda state: (_publish_new_version(base), kept(state)))
    run(ASKED, scope)
    assert not CachedAnswer.objects.exists()


def test_an_entry_ends_with_the_first_date_of_its_base(base, scope):
    Document.objects.filter(name="delivery").update(valid_until=timezone.now() + timedelta(hours=1))
    run(ASKED, scope)
    assert CachedAnswer.objects.get().valid_until == Document.objects.get(name="delivery").valid_until


def test_an_entry_is_dead_at_its_second(scope):
    run(ASKED, scope)
    CachedAnswer.objects.update(valid_until=timezone.now())
    assert looked(run(ASKED, scope)) == "miss"


def test_words_that_no_document_says_now_are_not_given(scope):
    run(ASKED, scope)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE knowledge_documentversion SET text = replace(text, '两年', '一年')")
    assert looked(run(ASKED, scope)) == "miss"


def test_no_entry_crosses_bases_or_audiences(base, scope):
    other = shop_base("另一家")
    run(ASKED, Scope((base.pk,), internal=True))
    for asking in (scope, Scope((other.pk,)), Scope((base.pk, other.pk))):
        assert looked(run(ASKED, asking)) == "miss"


def test_switched_off_nothing_is_kept(scope, settings):
    settings.ANSWER_CACHE = False
    run(ASKED, scope)
    assert not CachedAnswer.objects.exists()
    assert not CacheUse.objects.exists()


def _together(number: int, scope: Scope) -> list[BotState]:
    states, ready = [], threading.Barrier(number)

    def ask() -> None:
        try:
            ready.wait()
            states.append(run(ASKED, scope))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=ask) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return states


def test_equal_questions_at_the_same_time_are_worked_out_once(scope):
    states = _together(12, scope)
    assert sum("retrieve" in {entry.step for entry in state.trace} for state in states) == 1
    assert len({state.answer for state in states}) == 1


def test_many_equal_questions_cause_one_call_of_the_endpoint(scope, settings, endpoint):
    settings.CHAT_MODEL, endpoint.reply, endpoint.delay_s = endpoint.chat_model, "保温杯的保修期为两年，自购买之日起计算。", 0.3
    states = _together(24, scope)
    assert sum("messages" in request for request in endpoint.requests) == 1
    assert {state.answer for state in states} == {"保温杯的保修期为两年，自购买之日起计算。[1]"}


def test_the_answer_of_an_endpoint_that_stands_in_is_not_kept(scope, settings, endpoint):
    settings.CHAT_MODEL, endpoint.reply = endpoint.chat_model, "保温杯的保修期为两年，自购买之日起计算。"
    settings.CHAT_FALLBACKS = [[endpoint.url, "sk-right", endpoint.chat_model]]
    settings.OPENAI_API_KEY = "sk-wrong"
    assert run(ASKED, scope).endpoint_place == 2
    assert not CachedAnswer.objects.exists()


def test_who_waits_too_long_answers_without_the_endpoint(scope, settings, endpoint, monkeypatch):
    settings.CHAT_MODEL, settings.ANSWER_CACHE_WAIT_S = endpoint.chat_model, 0.05
    monkeypatch.setattr(step, "_LONG_S", 0.01)
    flight = remembered.key_of(place_of(scope, stamps_of(scope)), ASKED)
    with other_worker_holds(flight):
        state = run(ASKED, scope)
    assert (state.plain, state.outcome) == (True, "answer")
    assert not any("messages" in request for request in endpoint.requests)


@contextmanager
def other_worker_holds(flight: str) -> Iterator[None]:
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with try_session_lock("answer", flight):
            held.set()
            done.wait(30)
        connections.close_all()

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait(30)
    yield
    done.set()
    thread.join()
