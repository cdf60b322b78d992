"""Who sees cached answers, who may take them away, and what the clock takes."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from conversations.cache_selectors import cache_figures, cached_answers
from conversations.choices import CacheUseKind
from conversations.models import CachedAnswer, CacheUse
from conversations.services.cached_answers import cached_answer_remove, cached_answers_clear, cached_answers_purge
from conversations.services.questions import question_ask, question_run
from knowledge.models import Document, KnowledgeBase
from scrm.access.grants import grant, revoke
from scrm.audit.models import AuditEntry
from scrm.core.errors import NotAllowed, NotFound
from tests.conversations.shop import shop_base
from tests.knowledge.conftest import person  # noqa: F401

ASKED = "保温杯的保修期是多久？"


def entry(*bases: KnowledgeBase, **facts) -> CachedAnswer:
    ids, number = [base.pk for base in bases], CachedAnswer.objects.count()
    known = {"key": f"k{number}", "question": f"问{number}", "answer": "答", "valid_until": timezone.now() + timedelta(days=1)}
    return CachedAnswer.objects.create(base_ids=ids, **(known | facts))


@pytest.fixture
def base(account) -> KnowledgeBase:
    return account.bases.get()


@pytest.fixture
def manager(person, base):  # noqa: F811
    return person("knowledge_manager", base)


def test_an_entry_of_several_bases_is_seen_by_who_may_use_them_all(manager, base):
    mine, both = entry(base), entry(base, other := shop_base("别家"))
    assert list(cached_answers(manager)) == [mine]
    grant(actor=None, subject=manager, container=other)
    assert list(cached_answers(manager)) == [both, mine]


def test_removing_and_clearing_are_audited(manager, base):
    one = entry(base)
    entry(base)
    cached_answer_remove(actor=manager, entry=one)
    assert cached_answers_clear(actor=manager, base=base) == 1
    assert set(AuditEntry.objects.filter(action__startswith="cachedanswer").values_list("action", flat=True)) == {
        "cachedanswer.delete",
        "cachedanswer.clear",
    }


def test_others_take_nothing_away(manager, agent, base):
    other = shop_base("别家")
    with pytest.raises(NotFound):
        cached_answer_remove(actor=manager, entry=entry(other))
    with pytest.raises(NotAllowed):
        cached_answers_clear(actor=manager, base=other)
    with pytest.raises(NotAllowed):
        cached_answer_remove(actor=agent, entry=entry(base))


def test_the_purge_takes_what_ended_and_the_least_used_beyond_the_limit(base, settings):
    settings.ANSWER_CACHE_MOST = 2
    now = timezone.now()
    entry(base, valid_until=now - timedelta(seconds=1))
    entry(base, last_hit_at=now - timedelta(days=3))
    kept = [entry(base, last_hit_at=now), entry(base)]
    assert cached_answers_purge() == 2
    assert set(CachedAnswer.objects.all()) == set(kept)


def test_the_figures_are_of_ones_own_bases(manager, base):
    theirs = shop_base("别家")
    for kind in (CacheUseKind.EXACT, CacheUseKind.SEMANTIC, CacheUseKind.MISS, CacheUseKind.MISS):
        CacheUse.objects.create(base_ids=[base.pk], kind=kind, saved_ms=0 if kind == CacheUseKind.MISS else 1500)
    CacheUse.objects.create(base_ids=[theirs.pk], kind=CacheUseKind.EXACT, saved_ms=9000)
    figures = cache_figures(manager)
    assert (figures["looks"], figures["exact"], figures["semantic"], figures["rate"], figures["saved_s"]) == (4, 1, 1, 50, 3.0)


def test_the_page_lists_finds_and_counts_its_queries(client, manager, base, django_assert_max_num_queries):
    for _number in range(3):
        entry(base)
    entry(shop_base("别家"), question="别人的问题")
    client.force_login(manager)
    with django_assert_max_num_queries(20):
        page = client.get(reverse("conversations:cached")).content.decode()
    assert "问0" in page
    assert "别人的问题" not in page
    assert "问1" not in client.get(reverse("conversations:cached"), {"q": "问0"}).content.decode()


def asked(actor, base) -> dict:
    question = question_ask(actor=actor, base_ids=[base.pk], text=ASKED)
    question_run(question_id=question.pk)
    question.refresh_from_db()
    return question.result


def steps(result: dict) -> set[str]:
    return {entry["step"] for entry in result["trace"]}


def test_a_colleague_without_a_grant_is_served_nothing_from_the_cache(agent, person, base):  # noqa: F811
    grant(actor=None, subject=agent, container=base)
    asked(agent, base)
    other = person("user", base)
    question = question_ask(actor=other, base_ids=[base.pk], text=ASKED)
    revoke(actor=None, subject=other, container=base)
    question_run(question_id=question.pk)
    question.refresh_from_db()
    assert question.result["refused"]
    assert "两年" not in str(question.result)


def test_what_staff_were_told_from_internal_documents_no_customer_is_told(manager, person, base):  # noqa: F811
    Document.objects.filter(name="cup").update(audience="internal")
    assert "两年" in asked(manager, base)["answer"]
    assert "retrieve" not in steps(asked(manager, base))
    told = asked(person("user", base), base)
    assert "retrieve" in steps(told)
    assert "两年" not in told["answer"]
