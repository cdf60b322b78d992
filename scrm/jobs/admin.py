from django.contrib import admin
from unfold.admin import ModelAdmin

from scrm.access import policy
from scrm.jobs.models import Job


@admin.register(Job)
class JobAdmin(ModelAdmin):
    list_display = ["kind", "title", "state", "stage", "done", "total", "attempts", "created_at", "ended_at"]
    list_filter = ["kind", "state"]
    search_fields = ["title", "error"]

    def get_queryset(self, request):
        """A title names what is worked on, so people see their own jobs, and all of them only who sees everything."""
        rows = super().get_queryset(request)
        return rows if policy.sees_everything(request.user) else rows.filter(created_by=request.user)

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
