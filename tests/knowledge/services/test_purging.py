"""What is deleted for good, and what must not be."""

import os
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from knowledge.models import Chunk, ChunkEmbedding, ChunkLexical, Document, DocumentVersion, TermStat
from knowledge.services.bases import base_create, base_remove
from knowledge.services.documents import document_remove, documents_restore
from knowledge.services.purging import documents_purge, files_purge, versions_purge
from knowledge.services.versions import version_publish_again
from scrm.audit.models import AuditEntry
from tests.knowledge.services.statistics import counted_again, kept

OLD, NEW = "# 退货\n\n七天无理由退货。", "# 退货\n\n十五天无理由退货。"


def aged(rows, days: int, field: str = "published_at") -> None:
    """As if it had happened so many days ago."""
    rows.update(**{field: timezone.now() - timedelta(days=days)})


def stored(settings) -> set[str]:
    return {path.name[:64] for path in Path(settings.MEDIA_ROOT, "documents").rglob("*") if path.is_file()}


def settle(settings) -> None:
    """Files that were not put there just now."""
    for path in Path(settings.MEDIA_ROOT).rglob("*"):
        os.utime(path, (time.time() - 2 * 86400,) * 2)


@pytest.fixture
def replaced(upload):
    """A document whose first content was replaced 40 days ago."""
    first = upload("退货.md", OLD).version
    second = upload("退货.md", NEW).version
    aged(DocumentVersion.objects.filter(pk=first.pk), 100)
    aged(DocumentVersion.objects.filter(pk=second.pk), 40)
    return first


def test_a_replaced_version_goes_after_its_days_with_chunks_and_file(replaced, upload, base, settings):
    assert versions_purge(days=41) == 0
    assert versions_purge(days=39) == 1
    assert list(DocumentVersion.objects.values_list("number", flat=True)) == [2]
    assert Chunk.objects.count() == ChunkLexical.objects.count() == ChunkEmbedding.objects.count() == 1
    assert kept(base) == counted_again(base)
    entry = AuditEntry.objects.get(action="version.purge")
    assert entry.detail["numbers"] == [1]
    settle(settings)
    assert files_purge() == 1
    assert stored(settings) == {DocumentVersion.objects.get().sha256}


def test_one_that_answers_again_stays(replaced):
    version_publish_again(actor=None, version=replaced)
    assert versions_purge(days=1) == 0  # the other one was replaced just now


def test_a_failed_import_that_nothing_followed_stays(upload):
    upload("价格.html", "<p>一百元。</p>")
    upload("价格.html", "<script>x</script>")
    aged(DocumentVersion.objects.all(), 400)
    assert versions_purge(days=1) == 0


def test_zero_keeps_for_ever(replaced, base):
    document_remove(actor=None, document=replaced.document)
    aged(Document.objects.all(), 9999, "removed_at")
    assert (versions_purge(days=0), documents_purge(days=0)) == (0, 0)


def test_a_removed_document_goes_after_its_days(replaced, base, settings):
    document = replaced.document
    document_remove(actor=None, document=document)
    aged(Document.objects.all(), 40, "removed_at")
    assert documents_purge(days=41) == 0
    assert documents_purge(days=39) == 1
    assert (Document.objects.count(), DocumentVersion.objects.count(), Chunk.objects.count()) == (0, 0, 0)
    assert AuditEntry.objects.get(action="document.purge").detail["name"] == "退货.md"
    settle(settings)
    assert (files_purge(), stored(settings)) == (2, set())


def test_a_restored_document_stays(replaced, base):
    document_remove(actor=None, document=replaced.document)
    aged(Document.objects.all(), 40, "removed_at")
    documents_restore(actor=None, base=base, document_ids=[replaced.document_id])
    assert documents_purge(days=1) == 0


def test_a_file_that_two_bases_share_and_a_fresh_one_stay(upload, base, settings):
    other = base_create(actor=None, name="别处")
    upload("退货.md", OLD)
    upload("退货.md", OLD, into=other)
    upload("新.md", NEW)
    base_remove(actor=None, base=base)
    assert files_purge() == 0  # what was put there today may belong to an upload that has not committed yet
    settle(settings)
    assert files_purge() == 1
    assert stored(settings) == {DocumentVersion.objects.get(base=other).sha256}


def test_other_files_are_not_ours(settings, tmp_path, db):
    settings.MEDIA_ROOT = tmp_path
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "notes.txt").write_text("x")
    settle(settings)
    assert files_purge() == 0


def test_deleting_a_base_takes_its_words_and_leaves_its_neighbours(publish):
    before, gone, after = publish({"甲": "退货"}), publish({"乙": "退货"}), publish({"丙": "退货"})
    base_remove(actor=None, base=gone)
    assert kept(before)[2] == counted_again(before)[2] != {}
    assert kept(after)[2] == counted_again(after)[2] != {}
    assert TermStat.objects.filter(term__gte=gone.pk << 32, term__lt=(gone.pk + 1) << 32).count() == 0
