"""Questions and answers and dictionaries in the administration: to look at; they are edited on the base's own pages."""

from django.contrib import admin

from knowledge.models import BaseWord, FaqEntry
from scrm.access import policy
from scrm.access.admin_mixins import VisibleAdmin


class _ReadOnlyAdmin(VisibleAdmin):
    """Rows go with the documents of their base: no permission of their own."""

    def has_module_permission(self, request):
        return self.has_view_permission(request)

    def has_view_permission(self, request, obj=None):
        return policy.can(request.user, "knowledge.view_document", obj.base if obj else None)

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(FaqEntry)
class FaqEntryAdmin(_ReadOnlyAdmin):
    list_display = ["question", "base", "updated_at", "created_by"]
    list_select_related = ["base", "created_by"]
    list_filter = [("base", admin.RelatedOnlyFieldListFilter)]
    search_fields = ["question", "answer"]
    fields = ["base", "question", "similar", "answer", "document", "created_by", "created_at", "updated_at"]
    readonly_fields = fields


@admin.register(BaseWord)
class BaseWordAdmin(_ReadOnlyAdmin):
    list_display = ["word", "kind", "base", "state", "seen"]
    list_select_related = ["base"]
    list_filter = ["kind", "state", ("base", admin.RelatedOnlyFieldListFilter)]
    search_fields = ["word"]
    fields = ["base", "kind", "word", "synonyms", "state", "seen", "created_by", "created_at"]
    readonly_fields = fields
