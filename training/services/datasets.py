"""Freezing what is known into a dataset, and removing a whole one."""

from collections import Counter
from collections.abc import Callable, Sequence

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from knowledge.models import KnowledgeBase
from knowledge.retrieval.background import background_of
from scrm.access.policy import require
from scrm.ai.encoders import load
from scrm.ai.selectors import active_release
from scrm.audit.services import audit_record
from scrm.core.errors import Invalid
from scrm.core.locks import lock_in_tx
from training.datasets import labels, splitting
from training.datasets.negatives import mined
from training.datasets.splitting import DEV, OUT, TEST, TRAIN, Shares
from training.datasets.synthetic import synthetic
from training.datasets.types import Example, digest
from training.models import Dataset, DatasetItem, GoldQuestion

ADD = "training.add_dataset"
SYNTHETIC = 500  # of a base
SAME = 0.94  # cosine of questions that mean the same, while the background is not measured
ROWS = 1_000

Progress = Callable[[int, int], None]


def dataset_freeze(
    *,
    actor,
    base: KnowledgeBase | None = None,
    seed: int = 1,
    shares: Shares | None = None,
    most_synthetic: int = SYNTHETIC,
    scratch: bool = False,
    progress: Progress = lambda done, total: None,
) -> Dataset:
    """Everything known now, split and content-hashed; the dataset that is there already when its content is the same.

    base: of this one only. shares: of the clusters that stop training and that measure. Raises NotAllowed; Invalid when there is no label.
    """
    require(actor, ADD, base)
    examples = labels.examples(base.pk if base else None)
    if not examples:
        raise Invalid(_("Nothing has been labelled yet: judge passages on the search test page, or work on the annotation queue."))
    split = _split(examples, seed, shares or Shares())
    rows = [_item(example, cluster, side) for example, cluster, side in split if side != OUT]
    left_out = len(split) - len(rows)
    rows += [_item(each, each.key, TRAIN) for each in _synthetic(examples, most_synthetic, seed)]
    known = {example.key: example for example, _cluster, _side in split}
    training = [row for row in rows if row.split == TRAIN and not row.synthetic and row.kind == DatasetItem.Kind.RETRIEVAL]
    for done, row in enumerate(training, 1):
        row.negatives = [list(each) for each in mined(known[row.key])]
        if done % 50 == 0:
            progress(done, len(training))
    rows += [written for row in rows if (written := _instruction(row))]
    return _stored(actor, base, rows, left_out, seed, scratch)


def dataset_remove(*, actor, dataset: Dataset) -> None:
    """A whole dataset, for good: of a measurement that is over, or because the law asks for it. Raises NotAllowed."""
    require(actor, "training.delete_dataset", dataset.base)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('scrm.dataset_removal', 'on', true)")
        audit_record(actor=actor, action="dataset.remove", subject=dataset, detail={"hash": dataset.content_hash})
        DatasetItem.objects.filter(dataset=dataset).delete()
        dataset.delete()


def item_digest(item: DatasetItem) -> str:
    """SHA-256 of all that an item says; what it is part of its dataset's content hash by."""
    return digest(item.key, item.kind, item.split, item.question, item.answer, item.positives, item.negatives, item.synthetic)


def dataset_verify(dataset: Dataset) -> dict:
    """{"ok", "items", "redacted", "first_broken"}: whether the dataset is what was frozen. `first_broken`: id of the first item that says
    something else than its digest, or that has none. An item whose texts were erased by law counts by its digest alone.
    """
    items = list(dataset.items.order_by("key"))
    broken = next((item.pk for item in items if not item.digest or (not item.redacted_at and item.digest != item_digest(item))), None)
    whole = digest(dataset.seed, *(item.digest for item in items)) == dataset.content_hash
    redacted = sum(item.redacted_at is not None for item in items)
    return {"ok": whole and broken is None, "items": len(items), "redacted": redacted, "first_broken": broken}


def customer_redact_in_tx(customer_id: int, before) -> int:
    """Empty what frozen datasets and the gold set hold of an erased customer, from before that moment; how many items it was.

    Digests stay, so that hashes still hold (`dataset_verify`). Nothing is trained or measured with such an item any more.
    """
    items = DatasetItem.objects.filter(customer=digest("customer", customer_id), redacted_at=None, dataset__created_at__lte=before)
    keys = list(items.filter(kind=DatasetItem.Kind.RETRIEVAL).values_list("base_id", "key").distinct())
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('scrm.dataset_redaction', 'on', true)")
    for base, key in keys:
        GoldQuestion.objects.filter(base_id=base, key=key, redacted_at=None).update(question="", redacted_at=timezone.now())
    number = items.update(question="", answer="", customer="", redacted_at=timezone.now())
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('scrm.dataset_redaction', '', true)")
    return number


def gold_remove_in_tx(base_id: int) -> int:
    """The evaluation questions of a base that is removed; how many there were."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('scrm.dataset_removal', 'on', true)")
        cursor.execute("DELETE FROM training_goldquestion WHERE base_id = %s", [base_id])
        number = cursor.rowcount
        cursor.execute("SELECT set_config('scrm.dataset_removal', '', true)")
    return number


def _split(examples: Sequence[Example], seed: int, shares: Shares) -> list[tuple[Example, str, str]]:
    """(example, cluster, side) of each."""
    release = active_release()
    background = background_of(release)
    vectors = load(release.query_encoder).encode_queries([example.question for example in examples])
    least = background.mean + splitting.SAME_MEANING * background.deviation if background else SAME
    names = splitting.clusters(examples, vectors, least)
    gold = set(GoldQuestion.objects.filter(kind=GoldQuestion.Kind.GOLD).values_list("key", flat=True))
    measured = {name: "gold" for example, name in zip(examples, names, strict=True) if example.key in gold}
    return [
        (example, name, splitting.split_of(name, example.customer, seed=seed, shares=shares, gold=measured))
        for example, name in zip(examples, names, strict=True)
    ]


def _synthetic(examples: Sequence[Example], most: int, seed: int) -> list[Example]:
    known = {example.key: example for example in examples}
    bases = sorted({example.base_id for example in examples})
    return [each for base in bases for each in synthetic(base, most, seed, known)] if most else []


def _item(example: Example, cluster: str, side: str) -> DatasetItem:
    return DatasetItem(
        base_id=example.base_id,
        split=side,
        key=example.key,
        question=example.question,
        answer=example.answer,
        positives=[list(each) for each in example.positives],
        source=example.source,
        synthetic=example.synthetic,
        customer=digest("customer", example.customer) if example.customer else "",
        cluster=cluster,
    )


def _instruction(row: DatasetItem) -> DatasetItem | None:
    """The writer's pair of a question that somebody answered rightly."""
    if not row.answer:
        return None
    pair = DatasetItem(
        base_id=row.base_id, kind=DatasetItem.Kind.INSTRUCTION, split=row.split, key=digest(row.key, "instruction"), question=row.question,
        answer=row.answer, positives=row.positives, source=row.source, synthetic=row.synthetic, customer=row.customer, cluster=row.cluster,
    )  # fmt: skip
    row.answer = ""
    return pair


def _stored(actor, base: KnowledgeBase | None, rows: list[DatasetItem], left_out: int, seed: int, scratch: bool) -> Dataset:
    rows.sort(key=lambda row: row.key)
    for row in rows:
        row.digest = item_digest(row)
    content = digest(seed, *(row.digest for row in rows))
    with transaction.atomic(durable=True):
        lock_in_tx("training.dataset", base.pk if base else 0)
        same = Dataset.objects.filter(base=base, content_hash=content).first()
        if same:
            return same
        number = (Dataset.objects.filter(base=base).aggregate(most=Max("number"))["most"] or 0) + 1
        dataset = Dataset.objects.create(
            base=base, number=number, content_hash=content, counts=_counts(rows, left_out), seed=seed, scratch=scratch, created_by=actor
        )
        for row in rows:
            row.dataset = dataset
        DatasetItem.objects.bulk_create(rows, batch_size=ROWS)
        _grow_gold_in_tx(rows)
        audit_record(actor=actor, action="dataset.freeze", subject=dataset, detail={"hash": content, "counts": dataset.counts})
    return dataset


def _grow_gold_in_tx(rows: Sequence[DatasetItem]) -> None:
    """What measures once measures for ever; what is there already stays as it was set aside."""
    gold = [
        GoldQuestion(
            base_id=row.base_id, key=row.key, cluster=row.cluster, question=row.question, relevant=row.positives, source=row.source
        )
        for row in rows
        if row.split == TEST and row.kind == DatasetItem.Kind.RETRIEVAL
    ]
    GoldQuestion.objects.bulk_create(gold, batch_size=ROWS, ignore_conflicts=True)


def _counts(rows: Sequence[DatasetItem], left_out: int) -> dict:
    sides = Counter(row.split for row in rows if row.kind == DatasetItem.Kind.RETRIEVAL)
    return {
        **{side: sides.get(side, 0) for side in (TRAIN, DEV, TEST)},
        "synthetic": sum(row.synthetic for row in rows),
        "instructions": sum(row.kind == DatasetItem.Kind.INSTRUCTION for row in rows),
        "negatives": sum(len(row.negatives) for row in rows),
        "left_out": left_out,
        "sources": dict(Counter(row.source for row in rows)),
    }
