"""Web sources and opened intranet hosts in the administration; found through knowledge/admin.py."""

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from knowledge.models import AllowedHost, WebSource
from knowledge.services.hosts import host_allow, host_close
from knowledge.web_selectors import source_lines
from scrm.access import policy
from scrm.access.admin_mixins import OwnTransactions, VisibleAdmin
from scrm.core.errors import ScrmError


@admin.register(WebSource)
class WebSourceAdmin(VisibleAdmin):
    """To be read; the pages of a knowledge base have the buttons."""

    list_display = ["url", "base", "kind", "cause", "fetched_at", "next_at"]
    list_select_related = ["base"]
    list_filter = ["kind", ("base", admin.RelatedOnlyFieldListFilter)]
    search_fields = ["url"]
    fields = [
        "base",
        "url",
        "kind",
        "max_depth",
        "max_pages",
        "interval_hours",
        "cause",
        "fetched_at",
        "next_at",
        "created_by",
        "created_at",
    ]
    readonly_fields = fields

    @admin.display(description=_("cause"))
    def cause(self, source: WebSource):
        return source_lines([source])[0].cause or "–"

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


class HostForm(forms.ModelForm):
    """The verb's refusals stand beside the field."""

    class Meta:
        model = AllowedHost
        fields = ["host", "port", "reason"]
        help_texts = {
            "host": _("A name or an IP address that web sources may be fetched from although it lies in the internal network."),
            "port": _("Only this port is opened; add the host again for another one."),
        }


@admin.register(AllowedHost)
class AllowedHostAdmin(ModelAdmin, OwnTransactions):
    form = HostForm
    list_display = ["host", "port", "reason", "created_by", "created_at"]
    search_fields = ["host", "reason"]

    def get_form(self, request, obj=None, **kwargs):
        form = super().get_form(request, obj, **kwargs)

        class Allowing(form):
            def clean(self):
                cleaned = super().clean()
                if not self.errors:
                    try:
                        self.allowed = host_allow(actor=request.user, host=cleaned["host"], port=cleaned["port"], reason=cleaned["reason"])
                    except ScrmError as error:
                        raise forms.ValidationError(str(error)) from error
                return cleaned

            def _post_clean(self):
                """The row is made by the verb: nothing is left to validate against itself."""

        return Allowing

    def save_form(self, request, form, change):
        return form.allowed

    def save_model(self, request, obj, form, change):
        """Made while the form was checked."""

    def save_related(self, request, form, formsets, change):
        """There is none."""

    def delete_model(self, request, obj):
        host_close(actor=request.user, host=obj)

    def delete_queryset(self, request, queryset):
        for host in queryset:
            host_close(actor=request.user, host=host)

    def has_change_permission(self, request, obj=None):
        return False
