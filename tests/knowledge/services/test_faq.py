from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from knowledge.choices import Audience, VersionState
from knowledge.ingestion.pipeline import jobs_run
from knowledge.models import Chunk, Document, FaqEntry, TermStat
from knowledge.retrieval import search
from knowledge.services.faq import (
    FaqFields,
    faq_change,
    faq_create,
    faq_remove,
    faq_restore,
    faq_wording_accept,
    faq_wording_dismiss,
    fields_of,
)
from knowledge.services.versions import version_publish_again
from knowledge.types import Scope
from scrm.ai.models import Encoder, ModelRelease
from scrm.core.errors import Conflict, Invalid, NotAllowed, NotFound
from scrm.jobs.choices import JobState
from scrm.jobs.models import Job

pytestmark = pytest.mark.django_db(transaction=True)

FREIGHT = FaqFields("退货的运费谁出？", "由买家承担。\n\n质量问题由我们承担。", ("邮费由谁承担", "寄回去要我付钱吗"))


@pytest.fixture(autouse=True)
def quiet(monkeypatch, release):
    monkeypatch.setattr("scrm.core.tasks.send", lambda *args, **kwargs: None)


def imported() -> None:
    jobs_run(list(Job.objects.filter(state=JobState.QUEUED).values_list("pk", flat=True)))


def found(base, question: str, **scope) -> list[str]:
    hits = search(question, Scope((base.pk,), **scope), mode="lexical", threshold=0).hits
    return [hit.text for hit in hits]


def make(base, fields=FREIGHT) -> FaqEntry:
    entry = faq_create(actor=None, base=base, fields=fields)
    imported()
    entry.refresh_from_db()
    return entry


def test_each_wording_is_a_passage_with_the_answer_quoted_from_the_text(base):
    entry = make(base)
    version = Document.objects.get(pk=entry.document_id).live_version
    chunks = list(Chunk.objects.filter(version=version))
    assert [chunk.question for chunk in chunks] == ["退货的运费谁出？", "邮费由谁承担", "寄回去要我付钱吗"]
    assert {version.text[chunk.start : chunk.end] for chunk in chunks} == {FREIGHT.answer}
    assert all(chunk.text == f"{chunk.question}\n{FREIGHT.answer}" for chunk in chunks)


def test_a_change_replaces_the_old_words_when_it_is_imported(base):
    entry = make(base)
    faq_change(actor=None, entry=entry, fields=replace(fields_of(entry), answer="由商家承担，积分抵扣。"))
    assert found(base, "买家") != []
    imported()
    assert found(base, "买家") == []
    assert len(found(base, "积分")) > 0


def test_going_back_to_earlier_words_makes_that_version_answer_again(base):
    entry = make(base)
    before = entry.document.live_version_id
    for answer in ("改过的答案", FREIGHT.answer):
        entry = faq_change(actor=None, entry=entry, fields=replace(fields_of(entry), answer=answer))
        imported()
    document = Document.objects.get(pk=entry.document_id)
    assert document.live_version_id == before
    assert document.versions.count() == 2


def test_publishing_an_older_version_brings_the_entry_back_too(base):
    entry = make(base)
    old = entry.document.live_version
    faq_change(actor=None, entry=entry, fields=replace(FREIGHT, question="谁出运费？", answer="改过的答案"))
    imported()
    old.refresh_from_db()
    version_publish_again(actor=None, version=old)
    imported()
    entry.refresh_from_db()
    assert (entry.question, entry.answer, tuple(entry.similar)) == (FREIGHT.question, FREIGHT.answer, FREIGHT.similar)


def test_an_older_version_whose_question_is_taken_fails_with_a_cause(base):
    entry = make(base)
    old = entry.document.live_version
    faq_change(actor=None, entry=entry, fields=replace(FREIGHT, question="谁出运费？"))
    imported()
    make(base, replace(FREIGHT, answer="另一条"))
    old.refresh_from_db()
    version_publish_again(actor=None, version=old)
    imported()
    old.refresh_from_db()
    assert (old.state, old.error_code) == (VersionState.FAILED, "question_taken")


def test_a_second_entry_with_the_question_is_refused(base):
    make(base)
    with pytest.raises(Conflict):
        faq_create(actor=None, base=base, fields=replace(FREIGHT, question=" 退货的运费谁出？ "))


def test_removed_and_restored_at_commit(base):
    entry = make(base)
    faq_remove(actor=None, entry=entry)
    assert found(base, "运费") == []
    assert not TermStat.objects.filter(df__gt=0).exists()
    with pytest.raises(NotFound):
        faq_change(actor=None, entry=entry, fields=FREIGHT)
    faq_restore(actor=None, entry=entry)
    imported()
    assert len(found(base, "运费")) > 0


def test_adding_a_removed_question_again_revives_its_entry(base):
    entry = make(base)
    faq_remove(actor=None, entry=entry)
    again = make(base, replace(FREIGHT, answer="新的答案"))
    assert again.pk == entry.pk
    assert "新的答案" in found(base, "运费")[0]


def test_validity_and_audience_are_the_documents_and_need_no_import(base):
    entry = make(base)
    faq_change(actor=None, entry=entry, fields=replace(FREIGHT, audience=Audience.INTERNAL))
    assert found(base, "运费") == []
    assert len(found(base, "运费", internal=True)) > 0
    past = timezone.now() - timedelta(seconds=1)
    faq_change(actor=None, entry=entry, fields=replace(FREIGHT, valid_until=past))
    assert found(base, "运费", internal=True) == []
    assert not Job.objects.filter(state=JobState.QUEUED).exists()


@pytest.mark.parametrize(
    "fields",
    [
        replace(FREIGHT, question=" "),
        replace(FREIGHT, answer="\n"),
        replace(FREIGHT, question="问" * 301),
        replace(FREIGHT, similar=("问" * 301,)),
        replace(FREIGHT, answer="答" * 4001),
        replace(FREIGHT, audience="everyone"),
        replace(FREIGHT, valid_from=timezone.now(), valid_until=timezone.now() - timedelta(days=1)),
    ],
)
def test_what_cannot_be_is_refused(base, fields):
    with pytest.raises(Invalid):
        faq_create(actor=None, base=base, fields=fields)


def test_wordings_are_kept_once_each(base):
    entry = make(base, replace(FREIGHT, similar=("Ｗｉｆｉ 密码", "wifi密码", "退货的运费谁出?", "  邮費  ", "邮费")))
    assert entry.similar == ["Ｗｉｆｉ 密码", "邮費"]


def test_suggestions_are_taken_or_turned_down(base):
    entry = make(base)
    FaqEntry.objects.filter(pk=entry.pk).update(suggested=["来回运费谁给", "快递费多少"])
    faq_wording_dismiss(actor=None, entry=entry, wording="快递费多少")
    faq_wording_accept(actor=None, entry=entry, wording="来回运费谁给")
    entry.refresh_from_db()
    assert (entry.suggested, entry.dismissed, entry.similar[-1]) == ([], ["快递费多少"], "来回运费谁给")
    with pytest.raises(Conflict):
        faq_wording_accept(actor=None, entry=entry, wording="从没提过")


@pytest.mark.parametrize(
    ("same", "expected"), [(True, ("knowledge.entries_ingest", "interactive")), (False, ("knowledge.version_ingest", "bulk"))]
)
def test_an_edit_does_not_wait_behind_files(base, release, monkeypatch, same, expected):
    """Unless the worker that answers would have to load a second model for it."""
    sent = []
    monkeypatch.setattr("scrm.core.tasks.send", lambda name, *ids, queue, **_: sent.append((name, queue)))
    other = Encoder.objects.create(kind=release.query_encoder.kind, source="x", fingerprint="f" * 64, dimensions=8, max_tokens=512)
    ModelRelease.objects.filter(pk=release.pk).update(passage_encoder=release.query_encoder if same else other)
    faq_create(actor=None, base=base, fields=FREIGHT)
    assert sent == [expected]


def test_only_who_may_change_documents_of_the_base(base, person):
    entry = make(base)
    for user in (person("agent", base), person("knowledge_manager")):
        with pytest.raises(NotAllowed):
            faq_create(actor=user, base=base, fields=replace(FREIGHT, question="别的"))
        with pytest.raises(NotAllowed):
            faq_change(actor=user, entry=entry, fields=FREIGHT)
        with pytest.raises(NotAllowed):
            faq_remove(actor=user, entry=entry)
        with pytest.raises(NotAllowed):
            faq_restore(actor=user, entry=entry)
