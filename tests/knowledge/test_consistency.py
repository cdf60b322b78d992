"""Readers in threads of their own hammer a document while it is published, expired, restricted and removed: nobody sees half, both, or neither."""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, connections
from django.utils import timezone

from conversations.bot.live import still_said
from conversations.types import Quote
from knowledge.models import Document, DocumentVersion
from knowledge.retrieval import search
from knowledge.retrieval.live import VALID
from knowledge.retrieval.search import snapshot
from knowledge.services.documents import documents_remove, documents_restore
from knowledge.services.validity import document_change
from knowledge.services.versions import version_publish_again
from knowledge.types import Scope
from scrm.core.errors import ScrmError
from tests.knowledge.services.statistics import counted_again, kept

READERS = 3
ROUNDS = 12
SECTIONS = 6
OTHERS = {f"其他{n}": f"# 其他{n}\n\n" + f"第{n}件别的事情和价格无关。" * 5 for n in range(4)}


def priced(price: int) -> str:
    """A text of several passages that all name the same price."""
    return "# 价目\n\n" + "\n\n".join(f"## 第{n}类\n\n" + f"第{n}类滤芯的价格是 {price} 元，每半年更换。" * 30 for n in range(SECTIONS))


@pytest.fixture
def shop(transactional_db, publish):
    base = publish(OTHERS)
    publish({"价目": priced(99)}, base)
    publish({"价目": priced(129)}, base)
    return base


@pytest.fixture
def document(shop) -> Document:
    return Document.objects.get(base=shop, name="价目")


class Readers:
    """Threads with connections of their own that look again and again until told to stop."""

    def __init__(self, look: Callable[[], object]):
        self.look, self.seen, self.errors = look, [], []
        self.stop = threading.Event()
        self.threads = [threading.Thread(target=self._run) for _ in range(READERS)]

    def _run(self) -> None:
        try:
            while not self.stop.is_set():
                self.seen.append(self.look())
        except (DatabaseError, ScrmError, AssertionError) as error:
            self.errors.append(error)
        finally:
            connections.close_all()

    def __enter__(self) -> "Readers":
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_exc) -> None:
        self.stop.set()
        for thread in self.threads:
            thread.join()


def views(base, document: Document, *, internal: bool = False) -> Callable[[], tuple[int, ...]]:
    """How many passages of each version of the document a search finds."""
    versions = list(document.versions.order_by("number").values_list("pk", flat=True))

    def look() -> tuple[int, ...]:
        result = search("滤芯的价格", Scope((base.pk,), internal=internal), limit=50, threshold=0)
        found = [hit.version_id for hit in result.hits if hit.document_id == document.pk]
        return tuple(found.count(version) for version in versions)

    return look


def whole(document: Document) -> list[int]:
    return [version.chunks.count() for version in document.versions.order_by("number")]


def switch(document: Document) -> Iterator[int]:
    """The version that does not answer is published, again and again."""
    for turn in range(ROUNDS):
        document.refresh_from_db()
        other = document.versions.exclude(pk=document.live_version_id).get()
        version_publish_again(actor=None, version=other)
        yield turn


def test_a_search_sees_the_old_version_or_the_new(shop, document):
    first, second = whole(document)
    assert min(first, second) > 1  # else nobody could see half
    look = views(shop, document)
    with Readers(look) as readers:
        for _turn in switch(document):
            look()
    assert readers.errors == []
    assert set(readers.seen) == {(first, 0), (0, second)}
    assert kept(shop) == counted_again(shop)


def expired(document: Document) -> None:
    document_change(actor=None, document=document, changes={"valid_until": timezone.now()})


def valid(document: Document) -> None:
    document_change(actor=None, document=document, changes={"valid_until": None})


def not_yet(document: Document) -> None:
    document_change(actor=None, document=document, changes={"valid_from": timezone.now() + timedelta(milliseconds=30)})


def restricted(document: Document) -> None:
    document_change(actor=None, document=document, changes={"audience": "internal"})


def public(document: Document) -> None:
    document_change(actor=None, document=document, changes={"audience": "public"})


def removed(document: Document) -> None:
    documents_remove(actor=None, base=document.base, document_ids=[document.pk])


def restored(document: Document) -> None:
    documents_restore(actor=None, base=document.base, document_ids=[document.pk])


@pytest.mark.parametrize(("away", "back"), [(expired, valid), (restricted, public), (removed, restored), (not_yet, valid)])
def test_a_search_sees_all_of_a_document_or_nothing(shop, document, away, back):
    """`not_yet` comes into force by the clock alone, in the middle of searches."""
    total = whole(document)[1]
    look = views(shop, document)
    with Readers(look) as readers:
        for _turn in range(ROUNDS):
            away(document)
            look()
            back(document)
            look()
    assert readers.errors == []
    assert {(0, total)} <= set(readers.seen) <= {(0, total), (0, 0)}
    assert kept(shop) == counted_again(shop)


@pytest.mark.parametrize("away", [expired, restricted, removed])
def test_gone_at_commit(shop, document, away):
    look = views(shop, document)
    assert look() != (0, 0)
    away(document)
    assert look() == (0, 0)


def test_colleagues_go_on_finding_a_restricted_document(shop, document):
    restricted(document)
    assert views(shop, document, internal=True)() == (0, whole(document)[1])


def test_the_check_before_sending_lets_quotes_of_one_version_pass(shop, document):
    """A draft that quotes both versions (made while one was published) keeps those of one, never of none."""
    scope = Scope((shop.pk,))
    quotes = []
    for number, version in enumerate(document.versions.order_by("number"), 1):
        chunk = version.chunks.order_by("ordinal").first()
        hit = next(hit for hit in _hits(shop, document, version) if hit.chunk_id == chunk.pk)
        quotes.append(Quote(number, hit, version.text[chunk.start : chunk.end], chunk.start, chunk.end))
    with Readers(lambda: frozenset(still_said(quotes, scope))) as readers:
        for _turn in switch(document):
            still_said(quotes, scope)
    assert readers.errors == []
    assert set(readers.seen) == {frozenset({1}), frozenset({2})}
    removed(document)
    assert still_said(quotes, scope) == set()


def _hits(base, document: Document, version: DocumentVersion):
    document.refresh_from_db()
    if document.live_version_id != version.pk:
        version_publish_again(actor=None, version=version)
    return search("滤芯的价格", Scope((base.pk,)), limit=50, threshold=0).hits


def test_one_search_has_one_moment(shop, document):
    """Its statements ask about the moment it began, not each about its own."""
    Document.objects.filter(pk=document.pk).update(valid_until=timezone.now() - timedelta(days=1))
    ask = f"SELECT count(*) FROM knowledge_document d WHERE d.id = %(pk)s AND {VALID}"
    with snapshot(), connection.cursor() as cursor:
        cursor.execute(ask, {"pk": document.pk, "internal": False})
        assert cursor.fetchone() == (0,)
        cursor.execute("SELECT set_config('zhike.moment', (now() - interval '2 days')::text, true)")
        cursor.execute(ask, {"pk": document.pk, "internal": False})
        assert cursor.fetchone() == (1,)
    assert views(shop, document)() == (0, 0)  # the moment ended with the search
