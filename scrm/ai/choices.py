"""Words the rows of this room may hold."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class EncoderKind(TextChoices):
    ONNX = "onnx", _("ONNX Runtime, int8")
    SENTENCE_TRANSFORMERS = "sentence_transformers", _("sentence-transformers, torch")
    OPENAI = "openai", _("OpenAI-compatible endpoint")


class Purpose(TextChoices):
    EMBEDDING = "embedding", _("Embedding")
    RERANKING = "reranking", _("Reranking")
    CHAT = "chat", _("Answer writing")
    RISK = "risk", _("Risk")


class ReleaseState(TextChoices):
    BUILDING = "building", _("Building")
    READY = "ready", _("Ready")
    ACTIVE = "active", _("Active")
    RETIRED = "retired", _("Retired")
