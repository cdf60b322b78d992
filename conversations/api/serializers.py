from rest_framework import serializers

from conversations.models import Conversation, Message, Question
from conversations.selectors import result_readable


class ConversationSerializer(serializers.ModelSerializer):
    account = serializers.CharField(source="account.name")
    customer = serializers.CharField(source="identity.customer.name")
    assignee = serializers.CharField(source="assignee.username", default=None)

    class Meta:
        model = Conversation
        fields = [
            "id",
            "account",
            "customer",
            "state",
            "holder",
            "assignee",
            "handover_reason",
            "created_at",
            "last_message_at",
            "closed_at",
        ]


class MessageSerializer(serializers.ModelSerializer):
    class Meta:
        model = Message
        fields = ["id", "author", "kind", "text", "sent_at", "recalled_at"]


class QuestionSerializer(serializers.ModelSerializer):
    """`result` is filled when `state` is done, as far as the asker may still read the documents it quotes."""

    result = serializers.SerializerMethodField()

    class Meta:
        model = Question
        fields = ["id", "text", "bases", "search_only", "state", "result", "error", "created_at", "done_at"]
        read_only_fields = ["state", "result", "error", "created_at", "done_at"]

    def get_result(self, row: Question) -> dict:
        return result_readable(row.asked_by, row)


class AskSerializer(serializers.Serializer):
    """A question to one or more knowledge bases; `search_only` leaves the answer out."""

    text = serializers.CharField(max_length=1000)
    bases = serializers.ListField(child=serializers.IntegerField(min_value=1), allow_empty=False, max_length=100)
    search_only = serializers.BooleanField(default=False)
