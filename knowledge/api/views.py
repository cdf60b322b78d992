"""Knowledge bases and documents, read only."""

from knowledge.api.serializers import BaseSerializer, DocumentSerializer
from knowledge.models import Document, KnowledgeBase
from scrm.api.views import VisibleViewSet


class BaseViewSet(VisibleViewSet):
    """Knowledge bases the caller may use."""

    model = KnowledgeBase
    serializer_class = BaseSerializer
    permission = "knowledge.view_knowledgebase"

    def rows(self, queryset):
        return queryset.filter(scratch=False).order_by("id")


class DocumentViewSet(VisibleViewSet):
    """Documents of those bases; `?base=ID` narrows."""

    model = Document
    serializer_class = DocumentSerializer
    permission = "knowledge.view_document"

    def rows(self, queryset):
        base = self.request.query_params.get("base", "")
        queryset = queryset.filter(removed_at=None, base__scratch=False).order_by("id")
        return queryset.filter(base=int(base)) if base.isdecimal() else queryset
