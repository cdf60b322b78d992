import csv
from collections.abc import Iterator

from django.contrib import admin
from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from scrm.audit.models import AuditEntry
from scrm.audit.services import audit_record

_COLUMNS = ("id", "at", "actor", "action", "subject_type", "subject_id", "detail", "previous_hash", "hash")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class _Line:
    """What csv writes into: gives each line back."""

    def write(self, line: str) -> str:
        return line


def _rows(entries: QuerySet[AuditEntry]) -> Iterator[str]:
    writer = csv.writer(_Line())
    yield "\ufeff" + writer.writerow(_COLUMNS)
    for entry in entries.iterator(chunk_size=1_000):
        yield writer.writerow([_safe(str(getattr(entry, name))) for name in _COLUMNS])


def _safe(value: str) -> str:
    """A spreadsheet must not run what a user name or a detail begins with."""
    return f"'{value}" if value.startswith(_FORMULA) else value


@admin.register(AuditEntry)
class AuditEntryAdmin(ModelAdmin):
    list_display = ["at", "actor", "action", "subject_type", "subject_id"]
    list_filter = ["action", "subject_type"]
    search_fields = ["actor", "subject_id", "action"]
    date_hierarchy = "at"
    actions = ["export"]
    show_full_result_count = False

    @admin.action(description=_("Export the selected entries (CSV)"), permissions=["view"])
    def export(self, request, queryset):
        """The export is itself an entry: who took how much."""
        count = queryset.count()
        audit_record(actor=request.user, action="audit.export", subject=request.user, detail={"entries": count})
        response = StreamingHttpResponse(_rows(queryset.order_by("id")), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="audit.csv"'
        return response

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
