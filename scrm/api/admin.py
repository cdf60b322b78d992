"""Tokens for programs, given and taken by administrators."""

from django.contrib import admin, messages
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin

from scrm.access.admin_mixins import OwnTransactions
from scrm.api.models import ApiToken
from scrm.api.tokens import token_issue, token_revoke


@admin.register(ApiToken)
class ApiTokenAdmin(ModelAdmin, OwnTransactions):
    list_display = ["name", "user", "prefix", "expires_at", "used_at", "created_at"]
    list_select_related = ["user"]
    search_fields = ["name", "user__username"]
    fields = ["user", "name", "expires_at"]

    def save_model(self, request, obj, form, change):
        row, text = token_issue(actor=request.user, user=obj.user, name=obj.name, expires_at=obj.expires_at)
        obj.__dict__.update({key: value for key, value in row.__dict__.items() if key != "_state"})
        obj._state.adding = False
        messages.warning(request, _("Copy the token now, it is not shown again: %(token)s") % {"token": text})

    def delete_model(self, request, obj):
        token_revoke(actor=request.user, token=obj)

    def delete_queryset(self, request, queryset):
        for token in queryset:
            token_revoke(actor=request.user, token=token)

    def has_change_permission(self, request, obj=None):
        return False
