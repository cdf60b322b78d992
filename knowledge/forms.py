"""Forms of the knowledge pages."""

from django import forms

from knowledge.models import KnowledgeBase


class BaseForm(forms.ModelForm):
    class Meta:
        model = KnowledgeBase
        fields = ["name", "description"]
        widgets = {"description": forms.Textarea(attrs={"rows": 3})}
