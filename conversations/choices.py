from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _


class ChannelKind(TextChoices):
    WECOM_KF = "wecom_kf", _("WeChat customer service (WeCom)")


class EventState(TextChoices):
    RECEIVED = "received", _("received")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")


class ConversationState(TextChoices):
    OPEN = "open", _("open")
    CLOSED = "closed", _("closed")


class Holder(TextChoices):
    """Who answers. WAITING: offered to people and not taken yet; until then the bot goes on answering what it can."""

    BOT = "bot", _("bot")
    WAITING = "waiting", _("waiting for a person")
    PERSON = "person", _("person")


class Author(TextChoices):
    CUSTOMER = "customer", _("customer")
    BOT = "bot", _("bot")
    AGENT = "agent", _("agent")
    SYSTEM = "system", _("system")


class TurnState(TextChoices):
    RUNNING = "running", _("running")
    ANSWERED = "answered", _("answered")
    REFUSED = "refused", _("refused")
    IN_REVIEW = "in_review", _("in review")
    HANDED_OVER = "handed_over", _("handed over")
    REJECTED = "rejected", _("rejected in review")
    SUPERSEDED = "superseded", _("superseded")
    FAILED = "failed", _("failed")


class OutboundState(TextChoices):
    QUEUED = "queued", _("queued")
    SENDING = "sending", _("sending")
    SENT = "sent", _("sent")
    RETRY = "retry", _("will be retried")
    UNKNOWN = "unknown", _("unknown, being reconciled")
    FAILED = "failed", _("failed")


class ReviewState(TextChoices):
    OPEN = "open", _("open")
    APPROVED = "approved", _("approved")
    REJECTED = "rejected", _("rejected")


class RiskLevel(TextChoices):
    """What becomes of an answer on a risky topic. BLOCK: the bot says nothing on it, a person answers."""

    BLOCK = "block", _("the bot does not answer")
    REVIEW = "review", _("one person reviews")
    DOUBLE = "double", _("two people review")


class QuestionState(TextChoices):
    QUEUED = "queued", _("queued")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")


class Scale(IntegerChoices):
    """How customers rate a conversation."""

    THREE = 3, _("content, so-so, not content")
    FIVE = 5, _("1 to 5")


class CacheUseKind(TextChoices):
    """What a look into the answer cache found. JOINED: it waited for the same question to be answered, and had that answer."""

    EXACT = "exact", _("same question")
    SEMANTIC = "semantic", _("same meaning")
    JOINED = "joined", _("asked at the same time")
    MISS = "miss", _("not in the cache")


class PromptKind(TextChoices):
    """What an endpoint is asked for: the answer, or a follow-up as a question of its own."""

    ANSWER = "answer", _("answer")
    REWRITE = "rewrite", _("rewriting of follow-ups")


class PromptState(TextChoices):
    DRAFT = "draft", _("draft")
    LIVE = "live", _("in force")
    RETIRED = "retired", _("no longer in force")


class PromptTrialState(TextChoices):
    QUEUED = "queued", _("queued")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")
    CANCELLED = "cancelled", _("cancelled")
