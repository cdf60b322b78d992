"""Forms of the knowledge pages."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from knowledge.choices import Audience
from knowledge.listing import NOBODY
from knowledge.models import Document, KnowledgeBase

_MOMENT = "%Y-%m-%dT%H:%M"


class BaseForm(forms.ModelForm):
    class Meta:
        model = KnowledgeBase
        fields = ["name", "description"]
        widgets = {"description": forms.Textarea(attrs={"rows": 3})}


class _Moment(forms.DateTimeField):
    """A date and a time as the browser's own field gives it, in the installation's time zone."""

    def __init__(self, **kwargs):
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=_MOMENT)
        super().__init__(widget=widget, required=False, **kwargs)


class _Day(forms.DateField):
    def __init__(self, **kwargs):
        super().__init__(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), required=False, **kwargs)


class _Dates(forms.Form):
    valid_from = _Moment(label=_("Valid from"))
    valid_until = _Moment(label=_("Valid until"))
    review_by = _Day(label=_("Review by"))


class DocumentForm(_Dates):
    """Owner, audience and dates of one document. `people`: who may own it."""

    audience = forms.ChoiceField(label=_("Who may be told"), choices=Audience)
    owner = forms.ModelChoiceField(label=_("Owner"), queryset=None, required=False, empty_label=_("nobody"))
    field_order = ["audience", "owner", "valid_from", "valid_until", "review_by"]

    def __init__(self, *args, document: Document, people, **kwargs):
        initial = {name: getattr(document, name) for name in self.field_order}
        super().__init__(*args, initial=initial, **kwargs)
        self.fields["owner"].queryset = people

    def changes(self) -> dict[str, Any]:
        """What differs from the page the person saw, so that two people may change different things."""
        return {name: self.cleaned_data[name] for name in self.changed_data}


class ManyDocumentsForm(_Dates):
    """The same for many: what is left empty stays as it is; `clear` empties dates."""

    audience = forms.ChoiceField(label=_("Who may be told"), choices=[("", _("as it is")), *Audience.choices], required=False)
    owner = forms.ChoiceField(label=_("Owner"), required=False)
    clear = forms.MultipleChoiceField(
        label=_("Take away"), required=False, widget=forms.CheckboxSelectMultiple,
        choices=[("valid_from", _("Valid from")), ("valid_until", _("Valid until")), ("review_by", _("Review by"))],
    )  # fmt: skip
    field_order = ["audience", "owner", "valid_from", "valid_until", "review_by", "clear"]

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, auto_id="many_%s", **kwargs)
        self.people = {str(person.pk): person for person in people}
        names = [(key, str(person)) for key, person in self.people.items()]
        self.fields["owner"].choices = [("", _("as it is")), (NOBODY, _("nobody")), *names]

    def changes(self) -> dict[str, Any]:
        """The fields that were filled in or taken away."""
        data = self.cleaned_data
        found = {name: data[name] for name in ("audience", "valid_from", "valid_until", "review_by") if data[name]}
        if data["owner"]:
            found["owner"] = self.people.get(data["owner"])
        return dict.fromkeys(data["clear"]) | found


class SettleForm(forms.Form):
    """The next review and the owner of a document that a finding is about; what is left empty stays as it is."""

    owner = forms.ModelChoiceField(queryset=None, required=False)
    review_by = forms.DateField(required=False)

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = people

    @property
    def changes(self) -> dict:
        return {key: value for key, value in self.cleaned_data.items() if value}
