"""Conversations and their messages (read), and questions (ask and read)."""

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.response import Response

from conversations.api.serializers import AskSerializer, ConversationSerializer, MessageSerializer, QuestionSerializer
from conversations.models import Conversation, Question
from conversations.selectors import questions_own
from conversations.services.questions import question_ask
from scrm.api.permissions import RolePermission
from scrm.api.views import VisibleViewSet


class ConversationViewSet(VisibleViewSet):
    """Conversations of accounts the caller may use, newest first."""

    model = Conversation
    serializer_class = ConversationSerializer
    permission = "conversations.view_conversation"

    def rows(self, queryset):
        return queryset.select_related("account", "identity__customer", "assignee").order_by("-id")

    @extend_schema(responses=MessageSerializer(many=True))
    @action(detail=True)
    def messages(self, request, pk=None):
        """The messages of one conversation, in order."""
        page = self.paginate_queryset(self.get_object().messages.order_by("id"))
        return self.get_paginated_response(MessageSerializer(page, many=True).data)


class QuestionViewSet(mixins.RetrieveModelMixin, mixins.ListModelMixin, viewsets.GenericViewSet):
    """The caller's own questions. A new one is answered by a worker: read it again until `state` is done or failed."""

    serializer_class = QuestionSerializer
    permission_classes = [RolePermission]
    permission = "conversations.add_question"

    def get_queryset(self):
        if getattr(self, "swagger_fake_view", False):
            return Question.objects.none()
        return questions_own(self.request.user)

    @extend_schema(request=AskSerializer, responses={202: QuestionSerializer})
    def create(self, request):
        """Ask; answers 202 with the queued question. A base without a grant is 404, as one that does not exist."""
        form = AskSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        row = question_ask(
            actor=request.user, base_ids=form.validated_data["bases"], text=form.validated_data["text"],
            search_only=form.validated_data["search_only"],
        )  # fmt: skip
        return Response(QuestionSerializer(row).data, status=202)
