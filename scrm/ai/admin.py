"""Looking at models, and putting a release to use."""

from django.contrib import admin, messages
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from scrm.ai.models import Encoder, ModelRelease
from scrm.ai.services.releases import release_request
from scrm.core.errors import ScrmError


class ReadOnlyAdmin(ModelAdmin):
    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Encoder)
class EncoderAdmin(ReadOnlyAdmin):
    list_display = ["source", "kind", "dimensions", "max_tokens", "parity", "created_at"]
    list_filter = ["kind"]
    search_fields = ["source", "fingerprint"]

    def has_change_permission(self, request, obj=None):
        return False


@admin.register(ModelRelease)
class ModelReleaseAdmin(ReadOnlyAdmin):
    """Every field is read-only; the right to change a release is the right to put it to use."""

    list_display = ["name", "purpose", "state", "query_encoder", "passage_encoder", "activated_at", "problem"]
    list_filter = ["purpose", "state"]
    list_select_related = ["query_encoder", "passage_encoder"]
    search_fields = ["name"]
    readonly_fields = [
        "purpose", "name", "query_encoder", "passage_encoder", "settings", "state", "problem", "created_at", "activated_at",
    ]  # fmt: skip
    actions = ["activate"]

    @admin.action(description=_("Put to use"), permissions=["change"])
    def activate(self, request, queryset):
        if queryset.count() != 1:
            self.message_user(request, _("Choose one release."), messages.ERROR)
            return
        release = queryset.get()
        try:
            release_request(release=release, actor=request.user)
        except ScrmError as error:
            self.message_user(request, str(error), messages.ERROR)
            return
        text = _("%(name)s is being prepared; it serves as soon as its index stands. Reload to see its state.")
        self.message_user(request, text % {"name": release.name}, messages.SUCCESS)
