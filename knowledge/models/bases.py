from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from knowledge.types import TERMS_VERSION
from scrm.access.querysets import VisibleQuerySet


class KnowledgeBase(models.Model):
    """A container of documents: what grants are given on and what a channel account answers from.

    `live_chunks` and `live_length` are corpus statistics of BM25 over the published chunks, kept by the publishing transaction under
    the base's lexical lock. `impact_avgdl` is the average length that the stored impacts were computed with; when the true one
    drifts away, knowledge.lexical_refresh recomputes them.

    `words_revision` counts changes of the dictionary. Text is cut with the newest; a query only with words up to `cut_revision`, which
    all keyword rows know. `cut_terms` is the version of the rules (knowledge.types.TERMS_VERSION) the rows were cut by.
    """

    name = models.CharField(_("name"), max_length=120, unique=True)
    description = models.TextField(_("description"), blank=True)
    scratch = models.BooleanField(default=False, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    created_at = models.DateTimeField(auto_now_add=True)
    tuning = models.JSONField(default=dict, blank=True, editable=False, help_text="Search weights that differ from the shipped ones.")

    live_chunks = models.PositiveIntegerField(default=0, editable=False)
    live_length = models.BigIntegerField(default=0, editable=False)
    impact_avgdl = models.FloatField(default=0, editable=False)
    words_revision = models.PositiveIntegerField(default=0, editable=False)
    cut_revision = models.PositiveIntegerField(default=0, editable=False)
    cut_terms = models.PositiveSmallIntegerField(default=TERMS_VERSION, editable=False)

    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("knowledge base")
        verbose_name_plural = _("knowledge bases")
        permissions = [
            ("use_knowledgebase", "May use this knowledge base"),
            ("search_knowledgebase", "May open the search test page"),
        ]

    def __str__(self) -> str:
        return self.name
