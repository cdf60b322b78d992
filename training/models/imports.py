"""Annotations that come from a file: every line is looked at before anything is taken in."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from knowledge.models import KnowledgeBase
from scrm.access.querysets import VisibleQuerySet
from scrm.jobs.models import Job


class ImportQuerySet(VisibleQuerySet):
    container_path = "base"


class AnnotationImport(models.Model):
    """One JSONL file. CHECKING -> CHECKED -> TAKING -> DONE; CHECKING -> FAILED; CHECKED | TAKING -> DISCARDED.

    `base`: of lines that name none. `file`: unmasked as it was uploaded, deleted as soon as its lines have been read. `counts`: lines by
    outcome, and how many were masked.
    """

    class State(models.TextChoices):
        CHECKING = "checking", _("being checked")
        CHECKED = "checked", _("checked")
        TAKING = "taking", _("being taken in")
        DONE = "done", _("taken in")
        FAILED = "failed", _("failed")
        DISCARDED = "discarded", _("discarded")

    base = models.ForeignKey(KnowledgeBase, on_delete=models.CASCADE, related_name="+", verbose_name=_("knowledge base"))
    name = models.CharField(max_length=200)
    file = models.FileField(upload_to="annotation_imports", blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.CHECKING)
    job = models.ForeignKey(Job, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    contradictions = models.BooleanField(default=False, help_text="Lines that contradict what is known are taken in too.")
    counts = models.JSONField(default=dict, blank=True)
    problem = models.TextField(blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ImportQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("import of annotations")
        verbose_name_plural = _("imports of annotations")

    def __str__(self) -> str:
        return self.name


class ImportedLine(models.Model):
    """One line of the file, masked. `data`: question, answer, corrected, error, passages [[chunk, grade]]. `findings`: [code, field, detail]
    each, as training.importing.wording says them. `taken_at`: when it became an annotation.
    """

    class Outcome(models.TextChoices):
        GOOD = "good", _("can be taken in")
        DUPLICATE = "duplicate", _("known already")
        CONTRADICTION = "contradiction", _("contradicts")
        REFUSED = "refused", _("not taken in")

    imported = models.ForeignKey(AnnotationImport, on_delete=models.CASCADE, related_name="lines")
    number = models.PositiveIntegerField()
    base = models.ForeignKey(KnowledgeBase, null=True, on_delete=models.CASCADE, related_name="+")
    outcome = models.CharField(max_length=14, choices=Outcome)
    data = models.JSONField(default=dict)
    findings = models.JSONField(default=list)
    masked = models.BooleanField(default=False)
    taken_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["imported", "number"]
        constraints = [models.UniqueConstraint(fields=["imported", "number"], name="imported_line_once")]

    def __str__(self) -> str:
        return f"{self.imported_id}: {self.number}"
