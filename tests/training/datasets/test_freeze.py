"""A frozen dataset is what was known, never changes, and nothing leaks from what trains to what measures."""

import json
from itertools import product

import pytest
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Q
from django.utils import timezone

from knowledge.ingestion.bulk import load_documents
from knowledge.models import Chunk, SearchJudgement, SearchQuestion
from scrm.core.errors import Invalid, NotAllowed
from scrm.customers.models import Customer
from training.datasets import labels
from training.datasets.labels import SOURCES
from training.datasets.splitting import Shares
from training.datasets.types import RIGHT, Label
from training.models import Dataset, DatasetItem, GoldQuestion, LearningObjection
from training.services.datasets import customer_redact_in_tx, dataset_freeze, dataset_remove, dataset_verify

pytestmark = pytest.mark.django_db(transaction=True)
ASKED = 30


@pytest.fixture
def labelled(base, release):
    """Thirty questions, each with its own passage judged right."""
    load_documents(base, [(f"d{number}", f"标题{number}号", f"第{number}条：办法是甲{number}乙。") for number in range(ASKED)])
    chunks = {chunk.version.document.name: chunk for chunk in Chunk.objects.select_related("version__document")}
    for number in range(ASKED):
        chunk = chunks[f"d{number}"]
        question = SearchQuestion.objects.create(base=base, text=f"第{number}条怎么办理")
        SearchJudgement.objects.create(
            question=question, document=chunk.version.document, content_hash=chunk.content_hash, text=chunk.text, grade=2
        )
    return base


def test_the_same_is_frozen_once_and_more_makes_the_next_version(labelled):
    first = dataset_freeze(actor=None, base=labelled)
    assert dataset_freeze(actor=None, base=labelled).pk == first.pk
    assert first.counts["train"] + first.counts["dev"] + first.counts["test"] - first.counts["synthetic"] == ASKED
    SearchJudgement.objects.all()[:1].get().question.delete()
    second = dataset_freeze(actor=None, base=labelled)
    assert (second.number, second.content_hash != first.content_hash) == (first.number + 1, True)


def test_nothing_leaks(labelled):
    dataset = dataset_freeze(actor=None, base=labelled)
    by_split = {split: dataset.items.filter(split=split) for split in ("train", "dev", "test")}
    clusters = {split: set(rows.values_list("cluster", flat=True)) for split, rows in by_split.items()}
    assert clusters["test"]
    assert not clusters["train"] & clusters["test"]
    assert not clusters["train"] & clusters["dev"]
    assert not clusters["dev"] & clusters["test"]
    gold = set(GoldQuestion.objects.values_list("key", flat=True))
    assert gold == set(by_split["test"].values_list("key", flat=True))
    assert not gold & set(by_split["train"].values_list("key", flat=True))


def test_what_measures_once_never_trains(labelled):
    first = dataset_freeze(actor=None, base=labelled, seed=1)
    gold = set(first.items.filter(split="test").values_list("key", flat=True))
    second = dataset_freeze(actor=None, base=labelled, seed=2)
    assert gold <= set(second.items.filter(split="test").values_list("key", flat=True))
    assert GoldQuestion.objects.count() >= len(gold)


def test_made_up_questions_train_only(labelled):
    dataset = dataset_freeze(actor=None, base=labelled, most_synthetic=10)
    made = dataset.items.filter(synthetic=True)
    assert made.count() == 10
    assert set(made.values_list("split", flat=True)) == {"train"}
    with pytest.raises(IntegrityError), transaction.atomic():
        DatasetItem.objects.create(
            dataset=dataset, base=labelled, split="test", key="x", question="x", source="synthetic", synthetic=True, cluster="x"
        )


def test_hard_negatives_are_never_right_passages(labelled):
    dataset = dataset_freeze(actor=None, base=labelled)
    for item in dataset.items.filter(synthetic=False):
        right = {(document, content) for document, content, _ in item.positives}
        assert not right & {tuple(each) for each in item.negatives}


def test_the_database_refuses_every_change(labelled):
    dataset_freeze(actor=None, base=labelled)
    changes = (lambda row: row.save(), lambda row: type(row).objects.filter(pk=row.pk).update(**_changed(row)), lambda row: row.delete())
    for row, change in product((Dataset.objects.first(), DatasetItem.objects.first(), GoldQuestion.objects.first()), changes):
        vars(row).update(_changed(row))
        with pytest.raises(DatabaseError, match="never change"), transaction.atomic():
            change(row)


def _changed(row) -> dict:
    return {"number": 99} if isinstance(row, Dataset) else {"question": "anders"}


def test_a_whole_set_can_be_removed_by_its_verb(labelled, person):
    dataset = dataset_freeze(actor=None, base=labelled)
    with pytest.raises(NotAllowed):
        dataset_remove(actor=person("knowledge_manager", labelled), dataset=dataset)
    dataset_remove(actor=None, dataset=dataset)
    assert not Dataset.objects.exists()
    assert not DatasetItem.objects.exists()


def test_who_objects_is_not_learned_from(labelled, monkeypatch):
    customer = Customer.objects.create(name="王")
    chunk = Chunk.objects.select_related("version").first()

    def clicks(base_id):
        yield Label(labelled.pk, "我的退款到哪里了", chunk.version.document_id, chunk.content_hash, RIGHT, "clicks", str(customer.pk))

    monkeypatch.setattr(SOURCES, "_entries", {**SOURCES._entries, "clicks": clicks})
    assert any(each.customer for each in labels.examples(labelled.pk))
    LearningObjection.objects.create(customer=customer)
    assert not any(each.customer for each in labels.examples(labelled.pk))
    dataset = dataset_freeze(actor=None, base=labelled)
    assert not dataset.items.filter(question__contains="退款").exists()


@pytest.fixture
def asked_by(labelled, monkeypatch) -> Customer:
    """A customer whose question with an answer trains or is left out, by the split of its cluster."""
    customer = Customer.objects.create(name="王")
    chunk = Chunk.objects.select_related("version").first()

    def clicks(base_id):
        for number in range(12):
            facts = (labelled.pk, f"我的退款{number}到哪里了", chunk.version.document_id, chunk.content_hash)
            yield Label(*facts, RIGHT, "clicks", str(customer.pk), answer="三天内到账")

    monkeypatch.setattr(SOURCES, "_entries", {**SOURCES._entries, "clicks": clicks})
    return customer


def test_an_erased_customer_is_emptied_and_the_hash_still_holds(labelled, asked_by):
    dataset = dataset_freeze(actor=None, base=labelled)
    theirs = dataset.items.exclude(customer="")
    assert {row.kind for row in theirs} == {"retrieval", "instruction"}
    with transaction.atomic():
        number = customer_redact_in_tx(asked_by.pk, timezone.now())
    assert number == dataset.items.filter(redacted_at__isnull=False).count() > 0
    assert not dataset.items.filter(Q(question__contains="退款") | Q(answer__contains="到账")).exists()
    assert not GoldQuestion.objects.filter(question__contains="退款").exists()
    assert dataset_verify(dataset) == {"ok": True, "items": dataset.items.count(), "redacted": number, "first_broken": None}
    with transaction.atomic():
        assert customer_redact_in_tx(asked_by.pk, timezone.now()) == 0


def test_what_was_frozen_after_an_erasure_stays(labelled, asked_by):
    erased = timezone.now()
    dataset = dataset_freeze(actor=None, base=labelled)
    with transaction.atomic():
        assert customer_redact_in_tx(asked_by.pk, erased) == 0
    assert dataset.items.filter(question__contains="退款").exists()


def test_a_changed_item_is_found(labelled):
    dataset = dataset_freeze(actor=None, base=labelled)
    item = dataset.items.order_by("key")[3]
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE training_datasetitem DISABLE TRIGGER dataset_item_frozen")
        cursor.execute("UPDATE training_datasetitem SET question = 'x' WHERE id = %s", [item.pk])
        cursor.execute("ALTER TABLE training_datasetitem ENABLE TRIGGER dataset_item_frozen")
    assert dataset_verify(dataset)["first_broken"] == item.pk


def test_the_commands_check_and_verify(labelled, capsys):
    dataset = dataset_freeze(actor=None, base=labelled)
    call_command("datasets", "verify", str(dataset.pk), "--json")
    assert json.loads(capsys.readouterr().out)["ok"] is True
    call_command("datasets", "check", "--json")
    assert json.loads(capsys.readouterr().out) == {"labels": ASKED, "duplicate": 0, "contradiction": 0, "short": 0, "unmasked": 0}


def test_only_texts_may_be_emptied(labelled):
    dataset = dataset_freeze(actor=None, base=labelled)
    for change in ({"question": "anders"}, {"question": "", "answer": "", "customer": "", "split": "dev"}, {"digest": ""}):
        with pytest.raises(DatabaseError, match="never change"), transaction.atomic():
            _redacted(dataset, change)


def _redacted(dataset: Dataset, change: dict) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('scrm.dataset_redaction', 'on', true)")
    dataset.items.filter(split="train").update(redacted_at=timezone.now(), **change)


def test_without_labels_there_is_nothing_to_freeze(base, release):
    with pytest.raises(Invalid):
        dataset_freeze(actor=None, base=base)


def test_only_who_may(labelled, person):
    with pytest.raises(NotAllowed):
        dataset_freeze(actor=person("agent", labelled), base=labelled)
    with pytest.raises(NotAllowed):
        dataset_freeze(actor=person("knowledge_manager"), base=labelled)
    assert dataset_freeze(actor=person("knowledge_manager", labelled), base=labelled, shares=Shares()).counts["train"]
