"""Search through the one door: an interactive worker answers, because the web process holds no model."""

from time import monotonic, sleep

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, viewsets
from rest_framework.response import Response

from conversations.api.serializers import QuestionSerializer
from conversations.choices import QuestionState
from conversations.models import Question
from conversations.selectors import result_readable
from conversations.services.questions import question_ask
from scrm.api.permissions import RolePermission
from scrm.api.schema import FailureSerializer
from scrm.core.errors import Unavailable

LOOK_S = 0.05  # a search takes about a tenth of a second


class SearchSerializer(serializers.Serializer):
    """`as_customer`: without documents for staff, as the bot searches. Staff documents are found only by those who work on documents."""

    text = serializers.CharField(max_length=1000)
    bases = serializers.ListField(child=serializers.IntegerField(min_value=1), allow_empty=False, max_length=100)
    as_customer = serializers.BooleanField(default=False)


class FoundSerializer(serializers.Serializer):
    """`result.hits`: passages, best first, with their document, relevance from 0 to 1 and matched words."""

    id = serializers.IntegerField()
    result = serializers.DictField()


class SearchViewSet(viewsets.ViewSet):
    """Search the passages of knowledge bases."""

    permission_classes = [RolePermission]
    permission = "knowledge.search_knowledgebase"
    throttle_scope = "search"

    @extend_schema(request=SearchSerializer, responses={200: FoundSerializer, 202: QuestionSerializer, 503: FailureSerializer})
    def create(self, request):
        """Answers 200 with the passages; after some seconds without a worker 202 with the question, to be read at /api/questions/ID/."""
        form = SearchSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        said = form.validated_data
        row = question_ask(
            actor=request.user, base_ids=said["bases"], text=said["text"], search_only=True, as_customer=said["as_customer"]
        )  # fmt: skip
        row = _ended(row)
        if row.state == QuestionState.FAILED:
            raise Unavailable(row.error)
        if row.state != QuestionState.DONE:
            return Response(QuestionSerializer(row).data, status=202)
        return Response({"id": row.pk, "result": result_readable(request.user, row)})


def _ended(row: Question) -> Question:
    """The question as a worker has ended it, or as it stands at the deadline. No transaction is open meanwhile."""
    until = monotonic() + settings.API_SEARCH_WAIT_S
    while True:
        row.refresh_from_db()
        if row.state in (QuestionState.DONE, QuestionState.FAILED) or monotonic() >= until:
            return row
        sleep(LOOK_S)
