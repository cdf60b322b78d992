from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from conversations.choices import TurnState
from conversations.models.conversations import Conversation, Message
from scrm.access.querysets import VisibleQuerySet


class TurnQuerySet(VisibleQuerySet):
    container_path = "conversation__account"


class Turn(models.Model):
    """The bot's work on the unanswered messages of a conversation up to and including `trigger`.

    RUNNING (leased; claimed again when the lease runs out) -> ANSWERED | REFUSED | IN_REVIEW | HANDED_OVER | SUPERSEDED | FAILED;
    IN_REVIEW -> ANSWERED | REJECTED. SUPERSEDED: a person spoke meanwhile, or newer messages replaced it.
    `trace`: one entry a step, {"step", "ms", "input", "output"}; `question` and trace hold masked text only.
    """

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="turns")
    trigger = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="turns")
    state = models.CharField(max_length=12, choices=TurnState, default=TurnState.RUNNING)
    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=1)
    question = models.TextField(blank=True)
    answer = models.TextField(blank=True)
    verdict = models.CharField(max_length=40, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    writer = models.CharField(max_length=120, blank=True, help_text="extractive, or the endpoint's model")
    release_id = models.BigIntegerField(null=True, blank=True)
    trace = models.JSONField(default=list, blank=True)
    timings_ms = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = TurnQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("turn")
        verbose_name_plural = _("turns")
        indexes = [
            models.Index(fields=["release_id", "created_at"], name="turn_of_release"),
            models.Index(fields=["created_at"], name="turn_recent"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["conversation", "trigger"], name="turn_per_trigger"),
            models.UniqueConstraint(fields=["conversation"], condition=Q(state=TurnState.RUNNING), name="turn_one_live"),
        ]

    def __str__(self) -> str:
        return f"{self.conversation_id}/{self.trigger_id} {self.state}"


class Citation(models.Model):
    """A passage an answer rests on, as it stood then. Numbered from 1 as in the answer's [1]."""

    turn = models.ForeignKey(Turn, on_delete=models.CASCADE, related_name="citations")
    number = models.PositiveSmallIntegerField()
    document = models.ForeignKey("knowledge.Document", null=True, on_delete=models.SET_NULL, related_name="+")
    version = models.ForeignKey("knowledge.DocumentVersion", null=True, on_delete=models.SET_NULL, related_name="+")
    chunk = models.ForeignKey("knowledge.Chunk", null=True, on_delete=models.SET_NULL, related_name="+")
    title = models.CharField(max_length=400)
    heading = models.CharField(max_length=600, blank=True)
    page = models.PositiveIntegerField(null=True, blank=True)
    quote = models.TextField()
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()

    class Meta:
        ordering = ["turn", "number"]
        constraints = [models.UniqueConstraint(fields=["turn", "number"], name="citation_number")]

    def __str__(self) -> str:
        return f"[{self.number}] {self.title}"
