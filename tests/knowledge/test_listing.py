"""Finding documents among ten thousand: filters, orders, and the one word that says whether a document answers."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from knowledge.listing import NOBODY, SORTS, STATES, Filter, documents_listed, state_of
from knowledge.models import Document, KnowledgeBase
from knowledge.services.documents import documents_remove
from knowledge.types import Scope

HOUR = timedelta(hours=1)


@pytest.fixture
def shop(publish, upload, person) -> KnowledgeBase:
    """One document of each state, named by it."""
    base = publish({name: f"{name}的内容。" for name in ("answering", "internal", "not_yet", "expired", "removed", "review_due")})
    now = timezone.now()
    rows = Document.objects.filter(base=base)
    rows.filter(name="internal").update(audience="internal")
    rows.filter(name="not_yet").update(valid_from=now + HOUR)
    rows.filter(name="expired").update(valid_until=now - HOUR)
    rows.filter(name="review_due").update(review_by=timezone.localdate(), owner=person("knowledge_manager", base, name="李雷"))
    documents_remove(actor=None, base=base, document_ids=rows.filter(name="removed").values_list("pk", flat=True))
    upload("failed.pdf", b"%PDF-1.4 broken", into=base)
    upload("importing.md", "# 导入\n\n还没有导入。", into=base, run=False)
    return base


def names(base, **chosen: str) -> set[str]:
    return set(documents_listed(base, Filter.read(chosen)).values_list("name", flat=True))


EXPECTED = {key: {key} for key in STATES} | {
    "failed": {"failed.pdf"},
    "importing": {"importing.md"},
    "answering": {"answering", "review_due"},
}


@pytest.mark.parametrize("state", STATES)
def test_each_state_finds_its_documents(shop, state):
    assert names(shop, state=state) == EXPECTED[state]


def test_removed_documents_stand_in_their_own_list_only(shop):
    assert "removed" not in names(shop)
    assert len(names(shop)) == 7


@pytest.mark.parametrize("state", ["answering", "internal", "not_yet", "expired", "removed"])
def test_the_badge_says_the_same_as_the_filter(shop, state):
    assert {state_of(row) for row in documents_listed(shop, Filter(state=state))} == {state}


def test_what_answers_is_what_searches_ask_for(shop):
    """The list and knowledge.retrieval.live agree."""
    public = Document.objects.answering(Scope((shop.pk,)))
    staff = Document.objects.answering(Scope((shop.pk,), internal=True))
    assert set(public.values_list("name", flat=True)) == names(shop, state="answering")
    assert set(staff.values_list("name", flat=True)) == names(shop, state="answering") | names(shop, state="internal")


def test_kind_owner_audience_and_name(shop):
    owner = Document.objects.get(base=shop, name="review_due").owner_id
    assert names(shop, owner=str(owner)) == {"review_due"}
    assert "review_due" not in names(shop, owner=NOBODY)
    assert names(shop, audience="internal") == {"internal"}
    assert names(shop, kind="faq") == set()
    assert names(shop, q="EXPI") == {"expired"}
    assert names(shop, q="expi", audience="internal") == set()


@pytest.mark.parametrize(
    "odd", [{"state": "x"}, {"kind": "'; DROP"}, {"owner": "9" * 30}, {"owner": "-1"}, {"sort": "password"}, {"q": "\x00"}, {"q": "%_\\"}]
)
def test_odd_values_choose_nothing(shop, odd):
    assert len(names(shop, **odd)) in (0, 7)


@pytest.mark.parametrize("sort", SORTS)
def test_every_order_lists_every_document_once(shop, sort):
    rows = [row.pk for row in documents_listed(shop, Filter(sort=sort))]
    assert len(rows) == len(set(rows)) == 7


def test_orders(shop):
    rows = Document.objects.filter(base=shop)
    rows.filter(name="internal").update(last_used_at=timezone.now(), review_by=date(2020, 1, 1))
    first = {sort: documents_listed(shop, Filter(sort=sort))[0].name for sort in SORTS}
    assert first["used"] == "internal"
    assert first["review_by"] == "internal"
    assert first["unused"] != "internal"
    assert first["valid_until"] == "expired"
    assert first["name"] == "answering"
    assert first[""] == "importing.md"


def test_the_address_holds_what_was_chosen():
    chosen = Filter.read({"q": "退货 & 换货", "state": "expired", "sort": "name", "owner": "none", "x": "y"})
    assert chosen.query == "q=%E9%80%80%E8%B4%A7+%26+%E6%8D%A2%E8%B4%A7&state=expired&owner=none&sort=name"
    assert not Filter.read({"sort": "name"}).narrows


_MANY = """
WITH d AS (INSERT INTO knowledge_document (base_id, name, title, kind, audience, created_at)
           SELECT %(base)s, '文件' || n || '.md', '标题' || n, 'file', 'public', now() FROM generate_series(1, %(n)s) n RETURNING id)
INSERT INTO knowledge_documentversion
    (document_id, base_id, number, sha256, file, size, format, text, outline, state, failed_at, error_code, error, created_at, published_at)
SELECT id, %(base)s, 1, md5(id::text), '', 1, 'md', '内容', '{}', 'published', '', '', '', now(), now() FROM d
"""


def test_ten_thousand_documents_are_listed_by_the_page(db):
    base = KnowledgeBase.objects.create(name="大")
    with connection.cursor() as cursor:
        cursor.execute(_MANY, {"base": base.pk, "n": 10_000})
        cursor.execute("UPDATE knowledge_document d SET live_version_id = v.id FROM knowledge_documentversion v WHERE v.document_id = d.id")
        cursor.execute("ANALYZE knowledge_document, knowledge_documentversion")
    for sort in SORTS:
        rows = documents_listed(base, Filter(sort=sort))
        assert rows.count() == 10_000
        assert len(rows[9_950:10_000]) == 50
    assert documents_listed(base, Filter(q="文件77")).count() == 111
