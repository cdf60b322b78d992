from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from knowledge.models import Document, KnowledgeBase
from knowledge.services.usage import documents_used


@pytest.fixture
def documents(db) -> list[Document]:
    base = KnowledgeBase.objects.create(name="甲")
    return [Document.objects.create(base=base, name=name) for name in ("一", "二")]


def used() -> dict[str, object]:
    return dict(Document.objects.values_list("name", "last_used_at"))


def test_what_an_answer_quotes_was_used_now(documents):
    documents_used([documents[0].pk, documents[0].pk])
    assert timezone.now() - used()["一"] < timedelta(minutes=1)
    assert used()["二"] is None


def test_written_once_a_day(documents):
    hours = timezone.now() - timedelta(hours=23)
    Document.objects.update(last_used_at=hours)
    documents_used([document.pk for document in documents])
    assert set(used().values()) == {hours}
    Document.objects.update(last_used_at=hours - timedelta(hours=2))
    documents_used([document.pk for document in documents])
    assert all(moment > hours for moment in used().values())


def test_nothing_quoted_asks_nothing(db):
    with CaptureQueriesContext(connection) as queries:
        documents_used([])
    assert len(queries) == 0


@pytest.mark.django_db(transaction=True)
def test_it_needs_no_transaction_of_the_caller():
    """As after a turn has committed."""
    document = Document.objects.create(base=KnowledgeBase.objects.create(name="真提交"), name="甲")
    documents_used([document.pk])
    document.refresh_from_db()
    assert document.last_used_at
