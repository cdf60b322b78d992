"""Out of all answers and back, one document or many."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from knowledge.models import ChunkEmbedding, Document, KnowledgeBase, TermStat
from knowledge.services.documents import Restored, documents_remove, documents_restore
from knowledge.services.versions import version_publish_again
from knowledge.types import Scope
from scrm.audit.models import AuditEntry
from scrm.core.errors import NotAllowed
from scrm.jobs.models import Job
from tests.knowledge.services.statistics import counted_again, kept

TEXTS = {f"文件{n}": f"第{n}号商品的保修期是{n}个月。" for n in range(1, 6)}


@pytest.fixture
def shop(publish) -> KnowledgeBase:
    return publish(TEXTS)


def ids(base, *names: str) -> list[int]:
    return list(Document.objects.filter(base=base, name__in=names).values_list("pk", flat=True))


def answering(base) -> set[str]:
    return set(Document.objects.answering(Scope((base.pk,))).values_list("name", flat=True))


def test_many_are_removed_and_restored_with_the_statistics(shop):
    before = kept(shop)
    chosen = ids(shop, "文件1", "文件2", "文件3")
    assert documents_remove(actor=None, base=shop, document_ids=chosen) == 3
    assert answering(shop) == {"文件4", "文件5"}
    assert kept(shop) == counted_again(shop) != before
    assert documents_restore(actor=None, base=shop, document_ids=chosen) == Restored(answering=3)
    assert answering(shop) == set(TEXTS)
    assert kept(shop) == counted_again(shop) == before


def test_one_entry_in_the_log_for_all(shop):
    documents_remove(actor=None, base=shop, document_ids=ids(shop, *TEXTS))
    entry = AuditEntry.objects.get(action="document.remove")
    assert sorted(entry.detail["documents"]) == sorted(ids(shop, *TEXTS))


def test_repeating_changes_nothing(shop):
    chosen = ids(shop, "文件1")
    assert documents_restore(actor=None, base=shop, document_ids=chosen) == Restored()
    assert [documents_remove(actor=None, base=shop, document_ids=chosen) for _ in range(2)] == [1, 0]
    assert TermStat.objects.filter(df__lt=1).count() == 0


def test_documents_of_another_base_are_not_touched(shop, publish):
    other = publish({"别处": "别处的文件。"})
    assert documents_remove(actor=None, base=shop, document_ids=ids(other, "别处")) == 0
    assert answering(other) == {"别处"}


def test_the_content_that_answered_last_comes_back(shop, publish):
    publish({"文件1": "新的内容。"}, shop)
    document = Document.objects.get(base=shop, name="文件1")
    first = document.versions.get(number=1)
    version_publish_again(actor=None, version=first)
    documents_remove(actor=None, base=shop, document_ids=[document.pk])
    documents_restore(actor=None, base=shop, document_ids=[document.pk])
    document.refresh_from_db()
    assert document.live_version_id == first.pk


def test_without_vectors_of_the_model_in_use_it_goes_through_the_import(shop):
    chosen = ids(shop, "文件1")
    documents_remove(actor=None, base=shop, document_ids=chosen)
    ChunkEmbedding.objects.filter(version__document__in=chosen).delete()
    assert documents_restore(actor=None, base=shop, document_ids=chosen) == Restored(importing=1)
    assert Job.objects.filter(state="queued").count() == 1
    assert "文件1" not in answering(shop)


def test_an_import_that_the_removal_stopped_goes_on(upload, base):
    document = upload("甲.md", "# 甲\n\n甲的内容。", run=False).document
    documents_remove(actor=None, base=base, document_ids=[document.pk])
    assert documents_restore(actor=None, base=base, document_ids=[document.pk]) == Restored(importing=1)
    assert Job.objects.filter(state="queued").count() == 1


def test_the_number_of_statements_does_not_grow_with_the_documents(shop, publish):
    """A thousand are removed in one go (0.3 s) while publishing waits."""
    few, many = _statements(shop), _statements(publish({f"多{n}": f"多号{n}的内容。" for n in range(30)}))
    assert few == many


def _statements(base) -> tuple[int, int]:
    chosen = list(base.documents.values_list("pk", flat=True))
    with CaptureQueriesContext(connection) as removal:
        documents_remove(actor=None, base=base, document_ids=chosen)
    with CaptureQueriesContext(connection) as return_:
        documents_restore(actor=None, base=base, document_ids=chosen)
    return len(removal), len(return_)


@pytest.mark.parametrize("verb", [documents_remove, documents_restore])
def test_only_with_role_and_grant(shop, person, verb):
    for actor in (person("agent", shop), person("knowledge_manager")):
        with pytest.raises(NotAllowed):
            verb(actor=actor, base=shop, document_ids=[])
