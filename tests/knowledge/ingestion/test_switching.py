"""Readers see the old version or the new: never half, never none, never both."""

import threading
from io import BytesIO

import pytest
from django.db import connection

from knowledge.ingestion.pipeline import jobs_run
from knowledge.retrieval import search
from knowledge.services.documents import document_remove
from knowledge.services.uploads import document_upload
from knowledge.types import Scope

pytestmark = pytest.mark.django_db(transaction=True)
SECTIONS = 6


def content(version: int) -> str:
    return "".join(f"## 第{n}节\n\n" + f"暗号{version}号第{n}节的退货规定写在这里面。" * 25 + "\n\n" for n in range(SECTIONS))


def reader(base, stop: threading.Event, seen: list) -> None:
    try:
        while not stop.is_set():
            hits = search("退货规定暗号", Scope((base.pk,)), limit=50, mode="lexical", threshold=0).hits
            seen.append((frozenset(hit.version_id for hit in hits), len(hits)))
    finally:
        connection.close()


def test_a_search_during_publishing_sees_one_whole_version(transactional_db, release, base, upload):
    whole = {version: upload("规定.md", content(number)).version for number, version in ((1, "first"), (2, "second"))}
    sizes = {version.pk: version.chunks.count() for version in whole.values()}
    stop, seen = threading.Event(), []
    readers = [threading.Thread(target=reader, args=(base, stop, seen)) for _ in range(2)]
    for thread in readers:
        thread.start()
    for turn in range(12):
        jobs_run([document_upload(actor=None, base=base, name="规定.md", file=BytesIO(content(1 + turn % 2).encode())).job.pk])
    stop.set()
    for thread in readers:
        thread.join()
    assert len({versions for versions, _ in seen}) == 2
    assert all(len(versions) == 1 and count == sizes[next(iter(versions))] for versions, count in seen)


def test_a_removed_document_is_gone_at_commit(transactional_db, release, base, upload):
    document = upload("规定.md", content(1)).document
    assert search("退货规定", Scope((base.pk,)), mode="lexical", threshold=0).hits
    document_remove(actor=None, document=document)
    assert not search("退货规定", Scope((base.pk,)), mode="lexical", threshold=0).hits
