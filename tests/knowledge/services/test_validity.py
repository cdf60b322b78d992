"""Dates, audience and owner: they hold from the commit on, or from their second on, without a job."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from knowledge.models import Document, KnowledgeBase
from knowledge.retrieval import search
from knowledge.services.validity import document_change, documents_change
from knowledge.types import Scope
from scrm.audit.models import AuditEntry
from scrm.core.errors import Invalid, NotAllowed


@pytest.fixture
def shop(publish) -> KnowledgeBase:
    return publish({"退货": "签收七天内可以申请退货。", "发票": "电子发票在订单详情里下载。"})


@pytest.fixture
def document(shop) -> Document:
    return Document.objects.get(base=shop, name="退货")


def found(base, *, internal: bool = False) -> set[int]:
    result = search("退货 发票", Scope((base.pk,), internal), threshold=0)
    return {hit.document_id for hit in result.hits + result.rejected}


def change(document: Document, **changes) -> None:
    document_change(actor=None, document=document, changes=changes)


@pytest.mark.parametrize(
    ("start", "end", "answers"),
    [
        (None, None, True), (-60, None, True), (None, 60, True), (-60, 60, True),
        (60, None, False), (None, -60, False), (-120, -60, False), (60, 120, False), (None, -1, False), (-1, None, True),
    ],
)  # fmt: skip
def test_a_document_answers_within_its_dates(shop, document, start, end, answers):
    moment = [None if each is None else timezone.now() + timedelta(seconds=each) for each in (start, end)]
    change(document, valid_from=moment[0], valid_until=moment[1])
    assert (document.pk in found(shop)) is answers
    assert len(found(shop)) == 1 + answers  # the other one answers all the while


def test_it_stops_at_that_very_moment(shop, document):
    """`valid_until` is the first moment at which it does not answer any more; only the clock moves here."""
    change(document, valid_until=timezone.now() + timedelta(milliseconds=400))
    assert document.pk in found(shop)
    deadline = Document.objects.get(pk=document.pk).valid_until
    seen = [(timezone.now(), document.pk in found(shop)) for _ in _until(deadline)]
    assert not seen[-1][1]
    assert all(moment < deadline for moment, there in seen if there)


def _until(deadline):
    """Again and again, and once more after the deadline."""
    while timezone.now() <= deadline:
        yield
    yield


def test_staff_only_is_for_staff_only(shop, document):
    change(document, audience="internal")
    assert document.pk not in found(shop)
    assert document.pk in found(shop, internal=True)


@pytest.mark.parametrize("end", [0, -1])
def test_an_empty_range_is_refused_in_words(document, end):
    start = timezone.now()
    with pytest.raises(Invalid, match=r"later|晚于"):
        change(document, valid_from=start, valid_until=start + timedelta(seconds=end))


def test_an_end_before_the_beginning_that_is_there_already(shop, document):
    change(document, valid_from=timezone.now())
    with pytest.raises(Invalid, match="退货"):
        documents_change(
            actor=None, base=shop, document_ids=shop.documents.values_list("pk", flat=True), changes={"valid_until": timezone.now() - timedelta(days=1)}
        )  # fmt: skip
    assert Document.objects.filter(valid_until__isnull=False).count() == 0  # all or none


def test_many_at_once_with_one_entry_in_the_log(shop, person):
    manager = person("knowledge_manager", shop)
    ids = list(shop.documents.values_list("pk", flat=True))
    changes = {"owner": manager, "review_by": date(2027, 1, 31), "audience": "internal"}
    assert documents_change(actor=manager, base=shop, document_ids=ids, changes=changes) == 2
    assert documents_change(actor=manager, base=shop, document_ids=ids, changes=changes) == 0
    entry = AuditEntry.objects.get(action="document.change")
    assert sorted(entry.detail["documents"]) == sorted(ids)
    assert entry.detail["set"] == {"owner": manager.username, "review_by": "2027-01-31", "audience": "internal"}


def test_the_owner_must_have_access(shop, document, person):
    for stranger in (person("knowledge_manager"), person("user", shop)):
        with pytest.raises(Invalid):
            change(document, owner=stranger)
    for colleague in (person("agent", shop), person("administrator")):
        change(document, owner=colleague)


@pytest.mark.parametrize("changes", [{"audience": "everybody"}, {"name": "x"}, {"live_version": None}])
def test_other_values_and_fields_are_refused(document, changes):
    with pytest.raises(Invalid):
        change(document, **changes)


def test_only_with_role_and_grant(shop, document, person):
    for actor in (person("agent", shop), person("knowledge_manager")):
        with pytest.raises(NotAllowed):
            document_change(actor=actor, document=document, changes={"audience": "internal"})


def test_documents_of_another_base_are_not_touched(shop, document, publish):
    other = publish({"别处": "别处的文件。"})
    assert documents_change(actor=None, base=other, document_ids=[document.pk], changes={"audience": "internal"}) == 0
