from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from knowledge.choices import Audience
from knowledge.ingestion.causes import cause_text
from knowledge.models import Document, DocumentVersion, FaqEntry, KnowledgeBase


class BaseSerializer(serializers.ModelSerializer):
    class Meta:
        model = KnowledgeBase
        fields = ["id", "name", "description", "created_at"]


class DocumentSerializer(serializers.ModelSerializer):
    """`live_version` is what answers come from; null while nothing is published. `removed_at`: since when it is out of all answers."""

    class Meta:
        model = Document
        fields = [
            "id", "base", "name", "title", "kind", "audience", "live_version", "valid_from", "valid_until", "review_by", "removed_at", "created_at",
        ]  # fmt: skip


class VersionSerializer(serializers.ModelSerializer):
    """`state`: received, parsed, chunked, embedded, indexed, published, superseded or failed; `cause` says why it failed."""

    cause = serializers.SerializerMethodField()

    class Meta:
        model = DocumentVersion
        fields = [
            "id",
            "document",
            "number",
            "state",
            "error_code",
            "cause",
            "format",
            "size",
            "pages",
            "sha256",
            "created_at",
            "published_at",
        ]

    @extend_schema_field(serializers.CharField())
    def get_cause(self, version: DocumentVersion) -> str:
        return str(cause_text(version.error_code)) if version.error_code else ""


class UploadSerializer(serializers.Serializer):
    """A file as the newest content of the document `name` (the file's own name when it is left out)."""

    base = serializers.IntegerField(min_value=1)
    file = serializers.FileField()
    name = serializers.CharField(max_length=400, required=False)


class UploadedSerializer(serializers.Serializer):
    """`outcome`: created, unchanged, restored, duplicate or retried. The import goes on in the background: read the version's state."""

    outcome = serializers.CharField()
    document = DocumentSerializer()
    version = VersionSerializer()


class PublishedSerializer(serializers.Serializer):
    """`at_once`: it answers already; else something of it is being imported again first."""

    at_once = serializers.BooleanField()


class RestoredSerializer(serializers.Serializer):
    """`answering`: it does so at once; `importing`: something of it is being imported again first."""

    answering = serializers.IntegerField()
    importing = serializers.IntegerField()


class FaqSerializer(serializers.ModelSerializer):
    """An entry with what is set on its document."""

    audience = serializers.ChoiceField(choices=Audience.choices, source="document.audience")
    valid_from = serializers.DateTimeField(source="document.valid_from", allow_null=True)
    valid_until = serializers.DateTimeField(source="document.valid_until", allow_null=True)
    removed_at = serializers.DateTimeField(source="document.removed_at", allow_null=True)

    class Meta:
        model = FaqEntry
        fields = [
            "id", "base", "document", "question", "similar", "answer", "audience", "valid_from", "valid_until", "removed_at", "created_at",
            "updated_at",
        ]  # fmt: skip


class FaqChangeSerializer(serializers.Serializer):
    """What can be said of an entry."""

    question = serializers.CharField(max_length=300)
    answer = serializers.CharField(max_length=4000)
    similar = serializers.ListField(child=serializers.CharField(max_length=300), max_length=100, required=False)
    audience = serializers.ChoiceField(choices=Audience.choices, required=False)
    valid_from = serializers.DateTimeField(required=False, allow_null=True)
    valid_until = serializers.DateTimeField(required=False, allow_null=True)


class FaqNewSerializer(FaqChangeSerializer):
    base = serializers.IntegerField(min_value=1, help_text=_("knowledge base"))
