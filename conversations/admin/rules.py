"""Risk rules, edited by administrators; a pattern that is no regular expression is refused with its line."""

import re

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from conversations.models import RiskRule
from scrm.audit.services import audit_record


class RiskRuleForm(forms.ModelForm):
    def clean_question_patterns(self):
        return _patterns(self.cleaned_data["question_patterns"])

    def clean_answer_patterns(self):
        return _patterns(self.cleaned_data["answer_patterns"])


def _patterns(text: str) -> str:
    """One word or regular expression a line. Raises ValidationError naming the first line that does not compile."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    for number, line in enumerate(lines, start=1):
        try:
            re.compile(line)
        except re.error as error:
            raise ValidationError(_("Line %(number)d is not a valid pattern: %(line)s"), params={"number": number, "line": line}) from error
    return "\n".join(lines)


@admin.register(RiskRule)
class RiskRuleAdmin(ModelAdmin):
    form = RiskRuleForm
    list_display = ["topic", "name_en", "level", "enabled"]
    list_editable = ["enabled"]
    search_fields = ["topic", "name_en"]
    fieldsets = [
        (None, {"fields": ["topic", "name_en", "level", "enabled"]}),
        (
            _("Patterns"),
            {
                "description": _("One word or regular expression a line. An answer that matches waits for a person instead of going out."),
                "fields": ["question_patterns", "answer_patterns"],
            },
        ),
    ]

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        audit_record(actor=request.user, action="riskrule.change" if change else "riskrule.create", subject=obj)

    def delete_model(self, request, obj):
        audit_record(actor=request.user, action="riskrule.delete", subject=obj, detail={"topic": obj.topic})
        super().delete_model(request, obj)
