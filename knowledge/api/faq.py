"""Questions and answers."""

from dataclasses import replace

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins
from rest_framework.decorators import action
from rest_framework.response import Response

from knowledge.api import serializers as shapes
from knowledge.api.views import BY_BASE, CHANGE, KEY, REMOVED, VIEW, narrowed
from knowledge.models import FaqEntry
from knowledge.selectors import base_visible
from knowledge.services.faq import FaqFields, faq_change, faq_create, faq_remove, faq_restore, fields_of
from scrm.api.idempotency import once
from scrm.api.views import VisibleViewSet


@extend_schema_view(list=extend_schema(parameters=[BY_BASE, REMOVED]))
class FaqViewSet(mixins.DestroyModelMixin, VisibleViewSet):
    """Entries of question, similar questions and answer. A change answers a second or two later."""

    model = FaqEntry
    serializer_class = shapes.FaqSerializer
    permission = VIEW
    permissions = {"create": CHANGE, "update": CHANGE, "partial_update": CHANGE, "destroy": "knowledge.delete_document", "restore": CHANGE}

    def rows(self, queryset):
        queryset = narrowed(self, queryset.filter(base__scratch=False).select_related("document__base", "base").order_by("id"))
        if self.action != "list":
            return queryset
        return queryset.filter(document__removed_at__isnull=self.request.query_params.get("removed") != "true")

    @extend_schema(request=shapes.FaqNewSerializer, responses={201: shapes.FaqSerializer}, parameters=[KEY])
    def create(self, request):
        form = shapes.FaqNewSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        said = dict(form.validated_data)
        base = base_visible(request.user, said.pop("base"))

        def work() -> Response:
            entry = faq_create(actor=request.user, base=base, fields=FaqFields(**_tupled(said)))
            return Response(shapes.FaqSerializer(self._read(entry)).data, status=201)

        return once(request, lambda: repr((base.pk, sorted(said.items()))).encode(), work)

    @extend_schema(request=shapes.FaqChangeSerializer, responses=shapes.FaqSerializer)
    def update(self, request, pk=None):
        return self._change(request, partial=False)

    @extend_schema(request=shapes.FaqChangeSerializer(partial=True), responses=shapes.FaqSerializer)
    def partial_update(self, request, pk=None):
        return self._change(request, partial=True)

    def perform_destroy(self, entry: FaqEntry) -> None:
        faq_remove(actor=self.request.user, entry=entry)

    @extend_schema(request=None, responses=shapes.FaqSerializer)
    @action(detail=True, methods=["post"])
    def restore(self, request, pk=None):
        """Answer again with the words the entry had when it was removed."""
        entry = self.get_object()
        faq_restore(actor=request.user, entry=entry)
        return Response(shapes.FaqSerializer(self._read(entry)).data)

    def _change(self, request, *, partial: bool) -> Response:
        entry = self.get_object()
        form = shapes.FaqChangeSerializer(data=request.data, partial=partial)
        form.is_valid(raise_exception=True)
        said = _tupled(form.validated_data)
        fields = replace(fields_of(entry), **said) if partial else FaqFields(**said)
        return Response(shapes.FaqSerializer(self._read(faq_change(actor=request.user, entry=entry, fields=fields))).data)

    def _read(self, entry: FaqEntry) -> FaqEntry:
        return FaqEntry.objects.select_related("document").get(pk=entry.pk)


def _tupled(said: dict) -> dict:
    return {key: tuple(value) if key == "similar" else value for key, value in said.items()}
