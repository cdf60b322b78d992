from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _
from pgvector.django import HalfVectorField

from conversations.choices import CacheUseKind
from knowledge.models import KnowledgeBase
from scrm.access import policy


class OfBasesQuerySet(models.QuerySet):
    """Rows of several bases at once, in `base_ids`: a person sees those of which every base is granted."""

    def visible_to(self, user):
        return self.filter(base_ids__contained_by=list(policy.granted_ids(user, KnowledgeBase).values_list("pk", flat=True)))


class ContentStamp(models.Model):
    """What a base says now, as one number: another one after every change that may change an answer.

    Written by database triggers alone (migration 0009), at the end of the changing transaction, which also deletes the base's entries.
    """

    base = models.OneToOneField(KnowledgeBase, on_delete=models.CASCADE, primary_key=True, related_name="+")
    stamp = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.base_id}: {self.stamp}"


class CachedAnswer(models.Model):
    """A verified answer to a question that means the same in every conversation; no personal data, not even a placeholder.

    `place`: hash of all that decides an answer beside the question (scope, content stamps, releases, writer, prompt, settings): an
    entry is looked for in one place only. `key`: the same with the question as conversations.bot.alike.same_key spells it.
    `vector`: the question by the query encoder. `valid_until`: the first end among its sources and its own age; asked of the clock.
    """

    base_ids = ArrayField(models.BigIntegerField(), verbose_name=_("knowledge bases"))
    internal = models.BooleanField(_("with documents for staff"), default=False)
    place = models.CharField(max_length=64)
    key = models.CharField(max_length=64, unique=True)
    question = models.TextField(_("question"))
    vector = HalfVectorField(null=True)
    answer = models.TextField(_("answer"))
    quotes = models.JSONField(default=list)
    writer = models.CharField(_("writer"), max_length=120, blank=True)
    confidence = models.FloatField(default=0)
    worth_ms = models.FloatField(default=0, help_text="What finding and writing the answer took.")
    hits = models.PositiveIntegerField(_("hits"), default=0)
    last_hit_at = models.DateTimeField(_("last hit"), null=True, blank=True)
    valid_until = models.DateTimeField(_("valid until"))
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    objects = OfBasesQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("cached answer")
        verbose_name_plural = _("cached answers")
        indexes = [
            models.Index(fields=["place"], name="cached_by_place"),
            GinIndex(fields=["base_ids"], name="cached_by_base"),
            models.Index(fields=["valid_until"], name="cached_by_end"),
        ]

    def __str__(self) -> str:
        return self.question[:60]


class CacheUse(models.Model):
    """One look into the cache: what came of it and what it saved. Kept for a month."""

    base_ids = ArrayField(models.BigIntegerField())
    kind = models.CharField(max_length=10, choices=CacheUseKind)
    saved_ms = models.FloatField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = OfBasesQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["created_at"], name="cache_use_by_time")]

    def __str__(self) -> str:
        return f"{self.kind} {self.created_at:%F %T}"
