"""Prompts in the admin: versions are listed and written here; trying them and putting them in force has pages of its own."""

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from conversations.choices import PromptState
from conversations.models import PromptVersion
from conversations.prompt_selectors import in_force
from conversations.services.prompts import prompt_draft, prompt_edit, wording_checked
from scrm.access.admin_mixins import OwnTransactions
from scrm.core.errors import Invalid


class PromptForm(forms.ModelForm):
    class Meta:
        model = PromptVersion
        fields = ["kind", "text", "note"]
        help_texts = {
            "text": _("An answer prompt holds {refusal} and [编号]. Kept as a draft: try it, then put it in force on its page."),
        }

    def clean(self):
        data = super().clean()
        kind = data.get("kind") or self.instance.kind
        if kind and "text" in data:
            try:
                data["text"] = wording_checked(kind, data["text"])
            except Invalid as error:
                raise ValidationError({"text": str(error)}) from error
        return data


@admin.register(PromptVersion)
class PromptVersionAdmin(ModelAdmin, OwnTransactions):
    form = PromptForm
    list_display = ["kind", "number", "state", "note", "author", "created_at", "pages"]
    list_filter = ["kind", "state"]
    list_select_related = ["created_by"]
    fields = ["kind", "text", "note"]

    @admin.display(description=_("Author"), ordering="created_by")
    def author(self, row):
        return row.created_by or "–"

    @admin.display(description=_("Try it, put it in force"))
    def pages(self, row):
        return format_html('<a href="{}">{}</a>', reverse("conversations:prompt", args=[row.pk]), _("Open"))

    def get_readonly_fields(self, request, obj=None):
        if obj is None:
            return []
        return ["kind"] if obj.state == PromptState.DRAFT else ["kind", "text", "note"]

    def get_changeform_initial_data(self, request):
        """A new version begins with the wording in force."""
        kind = request.GET.get("kind") or "answer"
        return {"kind": kind, "text": in_force(kind)[1]}

    def has_add_permission(self, request):
        return self.has_change_permission(request)

    def has_delete_permission(self, request, obj=None):
        return False

    def save_model(self, request, obj, form, change):
        """Through the services, which number, check and write into the log."""
        if change and obj.state == PromptState.DRAFT:
            prompt_edit(actor=request.user, prompt=obj, text=obj.text, note=obj.note)
        elif not change:
            obj.pk = prompt_draft(actor=request.user, kind=obj.kind, text=obj.text, note=obj.note).pk
            obj.refresh_from_db()
