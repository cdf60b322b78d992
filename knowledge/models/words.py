from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from knowledge.choices import WordKind, WordState
from knowledge.models.bases import KnowledgeBase
from scrm.access.querysets import VisibleQuerySet


class WordQuerySet(VisibleQuerySet):
    container_path = "base"


class BaseWord(models.Model):
    """A word of a base's dictionary, kept whole when text is cut into words; with `synonyms`, one that stands for those too."""

    base = models.ForeignKey(KnowledgeBase, on_delete=models.CASCADE, related_name="words", verbose_name=_("knowledge base"))
    kind = models.CharField(_("kind"), max_length=8, choices=WordKind, default=WordKind.WORD)
    word = models.CharField(_("word"), max_length=60)
    synonyms = ArrayField(models.CharField(max_length=60), default=list, blank=True, verbose_name=_("synonyms"))
    state = models.CharField(_("state"), max_length=10, choices=WordState, default=WordState.ACTIVE)
    revision = models.PositiveIntegerField(default=0, editable=False, help_text="The base's words_revision of the last change.")
    seen = models.PositiveIntegerField(_("times seen"), default=0)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = WordQuerySet.as_manager()

    class Meta:
        ordering = ["base", "word"]
        verbose_name = _("dictionary word")
        verbose_name_plural = _("dictionary words")
        constraints = [models.UniqueConstraint(fields=["base", "kind", "word"], name="word_in_base")]

    def __str__(self) -> str:
        return self.word
