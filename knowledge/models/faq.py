from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from knowledge.choices import FaqOrigin
from knowledge.models.bases import KnowledgeBase
from knowledge.models.documents import Document
from scrm.access.querysets import VisibleQuerySet


class FaqQuerySet(VisibleQuerySet):
    container_path = "base"


class FaqEntry(models.Model):
    """A question with its other wordings and one answer, as a manager edits them.

    It is searched as a document of its own (kind FAQ), so versions, validity, audience and removal are those of the document; every
    change makes a new version. `suggested`: wordings found in what people asked, most alike first; `dismissed`: those a manager turned
    down. `origin`: an approved answer came from a review or a correction; `approvals`: so many people have read these very words.
    """

    base = models.ForeignKey(KnowledgeBase, on_delete=models.CASCADE, related_name="faq_entries", verbose_name=_("knowledge base"))
    document = models.OneToOneField(Document, on_delete=models.CASCADE, related_name="faq_entry", editable=False)
    question = models.CharField(_("question"), max_length=300)
    similar = ArrayField(models.CharField(max_length=300), default=list, blank=True, verbose_name=_("similar questions"))
    answer = models.TextField(_("answer"))
    suggested = ArrayField(models.CharField(max_length=300), default=list, blank=True, editable=False)
    dismissed = ArrayField(models.CharField(max_length=300), default=list, blank=True, editable=False)
    origin = models.CharField(_("origin"), max_length=10, choices=FaqOrigin, default=FaqOrigin.WRITTEN, editable=False)
    approvals = models.PositiveSmallIntegerField(default=0, editable=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = FaqQuerySet.as_manager()

    class Meta:
        ordering = ["base", "-updated_at", "-id"]
        verbose_name = _("question and answer")
        verbose_name_plural = _("questions and answers")
        constraints = [models.UniqueConstraint(fields=["base", "question"], name="faq_question_in_base")]

    def __str__(self) -> str:
        return self.question


class ApprovedSource(models.Model):
    """Words of a document that an approved answer rests on. When the document does not say them to customers any more, a database
    trigger ends the validity of the answer in the same transaction.
    """

    entry = models.ForeignKey(FaqEntry, on_delete=models.CASCADE, related_name="sources")
    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="+")
    quote = models.TextField()

    class Meta:
        ordering = ["entry", "id"]

    def __str__(self) -> str:
        return f"{self.entry_id} <- {self.document_id}"
