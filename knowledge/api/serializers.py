from rest_framework import serializers

from knowledge.models import Document, KnowledgeBase


class BaseSerializer(serializers.ModelSerializer):
    class Meta:
        model = KnowledgeBase
        fields = ["id", "name", "description", "created_at"]


class DocumentSerializer(serializers.ModelSerializer):
    """`live_version` is what answers come from; null while nothing is published."""

    class Meta:
        model = Document
        fields = ["id", "base", "name", "title", "live_version", "created_at"]
