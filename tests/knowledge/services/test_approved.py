from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from knowledge.choices import Audience, FaqOrigin
from knowledge.ingestion.bulk import load_documents
from knowledge.ingestion.pipeline import jobs_run
from knowledge.models import Document, FaqEntry
from knowledge.retrieval import search
from knowledge.services.approved import Source, approved_answer_save
from knowledge.services.documents import document_remove
from knowledge.services.faq import FaqFields, faq_change, faq_create, fields_of
from knowledge.services.validity import document_change
from knowledge.types import Scope
from scrm.core.errors import Conflict, Invalid
from scrm.jobs.choices import JobState
from scrm.jobs.models import Job

pytestmark = pytest.mark.django_db(transaction=True)

RULES = "退货须知\n\n自签收之日起7天内可以无理由退货。退货运费由买家承担。"
QUOTE = "退货运费由买家承担。"
QUESTION, ANSWER = "退货的运费谁出？", "退货运费由您承担，质量问题由我们承担。"


@pytest.fixture(autouse=True)
def quiet(monkeypatch, release):
    monkeypatch.setattr("scrm.core.tasks.send", lambda *args, **kwargs: None)


def imported() -> None:
    jobs_run(list(Job.objects.filter(state=JobState.QUEUED).values_list("pk", flat=True)))


@pytest.fixture
def rules(base) -> Document:
    load_documents(base, [("rules", "退货须知", RULES)])
    return Document.objects.get(base=base, name="rules")


def save(base, *documents: Document, question: str = QUESTION, answer: str = ANSWER) -> FaqEntry:
    sources = [Source(document.pk, QUOTE) for document in documents]
    entry = approved_answer_save(actor=None, base=base, question=question, answer=answer, sources=sources, approvals=2)
    imported()
    return entry


def answers(base) -> bool:
    hits = search(QUESTION, Scope((base.pk,)), mode="lexical", threshold=0).hits
    return any(ANSWER in hit.text for hit in hits)


def test_an_approved_answer_is_found_before_the_passages(base, rules):
    entry = save(base, rules)
    first = search(QUESTION, Scope((base.pk,)), mode="lexical", threshold=0).hits[0]
    assert (first.entry, first.document_id) == (True, entry.document_id)
    entry.refresh_from_db()
    assert (entry.origin, entry.approvals) == (FaqOrigin.CORRECTION, 2)


@pytest.mark.parametrize(
    "end",
    [
        lambda base, rules: document_remove(actor=None, document=rules),
        lambda base, rules: load_documents(base, [("rules", "退货须知", RULES.replace("买家", "本店"))]),
        lambda base, rules: document_change(actor=None, document=rules, changes={"audience": Audience.INTERNAL}),
        lambda base, rules: document_change(actor=None, document=rules, changes={"valid_until": timezone.now() - timedelta(seconds=1)}),
    ],
    ids=["removed", "changed", "for staff", "expired"],
)
def test_it_ends_with_its_source(base, rules, end):
    save(base, rules)
    assert answers(base)
    end(base, rules)
    assert not answers(base)


def test_a_change_elsewhere_in_the_source_leaves_it(base, rules):
    save(base, rules)
    load_documents(base, [("rules", "退货须知", RULES.replace("7天", "15天"))])
    assert answers(base)


def test_it_ends_when_its_source_will(base, rules):
    tomorrow, later = timezone.now() + timedelta(days=1), timezone.now() + timedelta(days=9)
    document_change(actor=None, document=rules, changes={"valid_until": later})
    entry = save(base, rules)
    assert Document.objects.get(pk=entry.document_id).valid_until == later
    document_change(actor=None, document=rules, changes={"valid_until": tomorrow})
    assert Document.objects.get(pk=entry.document_id).valid_until == tomorrow


def test_an_entry_that_a_colleague_wrote_is_not_overwritten(base, rules):
    faq_create(actor=None, base=base, fields=FaqFields(QUESTION, "运费到付。"))
    with pytest.raises(Conflict):
        save(base, rules)


def test_who_edits_it_answers_for_it(base, rules):
    entry = FaqEntry.objects.select_related("document", "base").get(pk=save(base, rules).pk)
    faq_change(actor=None, entry=entry, fields=replace(fields_of(entry), similar=("邮费谁出",)))
    imported()
    document_remove(actor=None, document=rules)
    entry.refresh_from_db()
    assert (entry.origin, entry.approvals, answers(base)) == (FaqOrigin.WRITTEN, 0, True)


def test_what_is_one_customers_is_not_kept(base, rules):
    with pytest.raises(Invalid):
        save(base, rules, answer="已经发到<手机号_1>。")
