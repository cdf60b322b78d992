"""Knowledge bases, documents and their versions."""

from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import mixins
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response

from knowledge.api import serializers as shapes
from knowledge.models import Document, DocumentVersion, KnowledgeBase
from knowledge.selectors import base_visible
from knowledge.services.documents import document_remove, documents_restore
from knowledge.services.uploads import document_upload
from knowledge.services.versions import version_publish_again, version_retry
from scrm.api.idempotency import HEADER, once, stream_digest
from scrm.api.views import VisibleViewSet

VIEW, ADD, CHANGE, DELETE = "knowledge.view_document", "knowledge.add_document", "knowledge.change_document", "knowledge.delete_document"
BY_BASE = OpenApiParameter("base", int, description="Only those of this knowledge base.")
REMOVED = OpenApiParameter("removed", bool, description="true: those that were removed, which can be restored.")
KEY = OpenApiParameter(
    HEADER,
    str,
    OpenApiParameter.HEADER,
    description="The same key with the same content within 24 hours gives the same answer; with another, 422.",
)


class BaseViewSet(VisibleViewSet):
    """Knowledge bases the caller may use."""

    model = KnowledgeBase
    serializer_class = shapes.BaseSerializer
    permission = "knowledge.view_knowledgebase"

    def rows(self, queryset):
        return queryset.filter(scratch=False).order_by("id")


def narrowed(view, queryset):
    """`?base=` and, in lists, `?removed=`."""
    base = view.request.query_params.get("base", "")
    return queryset.filter(base=int(base)) if base.isdecimal() and len(base) < 19 else queryset


@extend_schema_view(list=extend_schema(parameters=[BY_BASE, REMOVED]))
class DocumentViewSet(mixins.CreateModelMixin, mixins.DestroyModelMixin, VisibleViewSet):
    """Documents of those bases. Removing one takes it out of all answers; it can be restored."""

    model = Document
    serializer_class = shapes.DocumentSerializer
    permission = VIEW
    permissions = {"create": ADD, "destroy": DELETE, "restore": CHANGE}

    def rows(self, queryset):
        queryset = narrowed(self, queryset.filter(base__scratch=False).order_by("id"))
        if self.action != "list":
            return queryset
        return queryset.filter(removed_at__isnull=self.request.query_params.get("removed") != "true")

    def get_parsers(self):
        return [MultiPartParser()] if self.request and self.request.method == "POST" and "pk" not in self.kwargs else super().get_parsers()

    @extend_schema(request={"multipart/form-data": shapes.UploadSerializer}, responses={201: shapes.UploadedSerializer}, parameters=[KEY])
    def create(self, request):
        """Upload a file: a new document, or new content of the one of this name."""
        form = shapes.UploadSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        base, file = base_visible(request.user, form.validated_data["base"]), form.validated_data["file"]
        name = form.validated_data.get("name") or file.name

        def content() -> bytes:
            return b"\0".join([str(base.pk).encode(), name.encode(), stream_digest(file)])

        def work() -> Response:
            upload = document_upload(actor=request.user, base=base, name=name, file=file)
            return Response(shapes.UploadedSerializer(upload).data, status=201)

        return once(request, content, work)

    def perform_destroy(self, document: Document) -> None:
        document_remove(actor=self.request.user, document=document)

    @extend_schema(request=None, responses=shapes.RestoredSerializer)
    @action(detail=True, methods=["post"])
    def restore(self, request, pk=None):
        """Answer again with the content the document had."""
        document = self.get_object()
        done = documents_restore(actor=request.user, base=document.base, document_ids=[document.pk])
        return Response(shapes.RestoredSerializer(done).data)

    @extend_schema(responses=shapes.VersionSerializer(many=True))
    @action(detail=True)
    def versions(self, request, pk=None):
        """All contents of the document, newest first."""
        page = self.paginate_queryset(self.get_object().versions.defer("text", "outline").order_by("-number"))
        return self.get_paginated_response(shapes.VersionSerializer(page, many=True).data)


@extend_schema_view(list=extend_schema(parameters=[BY_BASE]))
class VersionViewSet(VisibleViewSet):
    """Contents of documents, newest first."""

    model = DocumentVersion
    serializer_class = shapes.VersionSerializer
    permission = VIEW
    permissions = {"publish": CHANGE, "retry": CHANGE}

    def rows(self, queryset):
        return narrowed(
            self, queryset.filter(base__scratch=False).select_related("document", "base").defer("text", "outline").order_by("-id")
        )

    @extend_schema(request=None, responses=shapes.PublishedSerializer)
    @action(detail=True, methods=["post"])
    def publish(self, request, pk=None):
        """Go back to this earlier content."""
        at_once = version_publish_again(actor=request.user, version=self.get_object())
        return Response({"at_once": at_once})

    @extend_schema(request=None, responses=shapes.VersionSerializer)
    @action(detail=True, methods=["post"])
    def retry(self, request, pk=None):
        """Import a failed content again."""
        version = self.get_object()
        version_retry(actor=request.user, version=version)
        version.refresh_from_db()
        return Response(shapes.VersionSerializer(version).data)
