"""What a model was trained on and measured with, exactly as it was."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from knowledge.models import KnowledgeBase
from scrm.access.querysets import VisibleQuerySet


class DatasetQuerySet(VisibleQuerySet):
    container_path = "base"


class DatasetItemQuerySet(VisibleQuerySet):
    container_path = "base"


class Dataset(models.Model):
    """A frozen set of examples. Neither it nor its items ever change: a trigger refuses, except while a whole set is removed, or while the
    texts of an erased customer are emptied.

    `base`: of one knowledge base only, None = of all. `content_hash`: SHA-256 over the seed and the items' digests in the order of their
    keys; equal content is frozen once.
    `counts`: items by split and kind, and what was left out and why.
    """

    base = models.ForeignKey(
        KnowledgeBase,
        null=True,
        blank=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="+",
        verbose_name=_("knowledge base"),
    )
    number = models.PositiveIntegerField(_("version"))
    content_hash = models.CharField(_("content hash"), max_length=64)
    counts = models.JSONField(_("counts"), default=dict)
    seed = models.IntegerField(default=0)
    scratch = models.BooleanField(default=False, editable=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(_("frozen at"), auto_now_add=True)

    objects = DatasetQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("dataset")
        verbose_name_plural = _("datasets")
        constraints = [
            models.UniqueConstraint(fields=["base", "number"], name="dataset_number", nulls_distinct=False),
            models.UniqueConstraint(fields=["base", "content_hash"], name="dataset_content", nulls_distinct=False),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.content_hash[:12]}"


class DatasetItem(models.Model):
    """One example. Texts are masked; passages are named by document and SHA-256 of what is embedded, so one that is withdrawn is gone.

    RETRIEVAL: `positives` [[document, hash, grade]], `negatives` [[document, hash]] found by our own search and wrong.
    INSTRUCTION: `answer`, the right answer to the question with `positives` as its sources. `digest`: SHA-256 of the item as it was frozen;
    it stays when question, answer and customer are emptied because the customer was erased (`redacted_at`), so that the dataset's hash can
    still be checked.
    """

    class Kind(models.TextChoices):
        RETRIEVAL = "retrieval", _("question and passages")
        INSTRUCTION = "instruction", _("question and answer")

    class Split(models.TextChoices):
        TRAIN = "train", _("training")
        DEV = "dev", _("development")
        TEST = "test", _("evaluation")

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="items")
    base = models.ForeignKey(KnowledgeBase, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.RETRIEVAL)
    split = models.CharField(max_length=8, choices=Split)
    key = models.CharField(max_length=64, help_text="SHA-256 of base, kind and question.")
    question = models.TextField()
    answer = models.TextField(blank=True)
    positives = models.JSONField(default=list)
    negatives = models.JSONField(default=list)
    source = models.CharField(max_length=20)
    synthetic = models.BooleanField(default=False)
    customer = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the customer, so that splits can be checked.")
    cluster = models.CharField(max_length=64)
    digest = models.CharField(max_length=64, default="", db_default="")
    redacted_at = models.DateTimeField(null=True, blank=True)

    objects = DatasetItemQuerySet.as_manager()

    class Meta:
        ordering = ["dataset", "id"]
        verbose_name = _("example")
        verbose_name_plural = _("examples")
        constraints = [
            models.UniqueConstraint(fields=["dataset", "key"], name="dataset_item_once"),
            models.CheckConstraint(condition=Q(synthetic=False) | Q(split="train"), name="dataset_synthetic_only_trains"),
        ]
        indexes = [models.Index(fields=["dataset", "split"], name="dataset_item_split")]

    def __str__(self) -> str:
        return self.question[:80]


class GoldQuestion(models.Model):
    """A question every candidate is measured with and none is trained on. The set grows: a trigger refuses to delete or change one, but for
    emptying the question of an erased customer, which is not asked any more (`redacted_at`).

    GOLD: set aside when its labels came. REGRESSION: it was answered well once and must stay so. `relevant`: [[document, hash, grade]].
    """

    class Kind(models.TextChoices):
        GOLD = "gold", _("gold set")
        REGRESSION = "regression", _("answered well before")

    base = models.ForeignKey(KnowledgeBase, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.GOLD)
    key = models.CharField(max_length=64)
    cluster = models.CharField(max_length=64)
    question = models.TextField()
    relevant = models.JSONField(default=list)
    source = models.CharField(max_length=20)
    channel = models.CharField(max_length=40, blank=True)
    redacted_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = DatasetItemQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        verbose_name = _("gold question")
        verbose_name_plural = _("gold questions")
        constraints = [models.UniqueConstraint(fields=["base", "kind", "key"], name="gold_question_once")]

    def __str__(self) -> str:
        return self.question[:80]
