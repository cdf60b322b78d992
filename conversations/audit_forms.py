"""The filter of the auditors' page."""

from datetime import datetime, time, timedelta

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from conversations.audit_selectors import LogFilter
from conversations.audit_words import GROUPS, SUBJECTS
from conversations.models import ChannelIdentity
from conversations.templatetags.threads import VERDICTS
from scrm.customers.models import Customer

ANY = ("", _("all"))


class LogForm(forms.Form):
    """Cleans to a LogFilter (`chosen`). Every field may be left empty."""

    action = forms.ChoiceField(label=_("What"), required=False)
    actor = forms.ChoiceField(label=_("Who"), required=False)
    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("To"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    verdict = forms.ChoiceField(label=_("Verdict"), required=False, choices=[ANY, *VERDICTS.items()])
    subject_type = forms.ChoiceField(label=_("Object"), required=False, choices=[ANY, *SUBJECTS.items()])
    subject_id = forms.CharField(label=_("Object number"), required=False, max_length=80)
    conversation = forms.IntegerField(label=_("Conversation number"), required=False, min_value=1, max_value=2**53)
    customer = forms.CharField(label=_("Customer"), required=False, max_length=128, help_text=_("Number, WeChat ID or whole name"))
    text = forms.CharField(label=_("Text"), required=False, max_length=100, help_text=_("In details, masked questions and answers"))

    def __init__(self, data, *, people: list[str]):
        super().__init__(data)
        groups = [(name, [(key, _("All: %(group)s") % {"group": name}), *actions.items()]) for key, (name, actions) in GROUPS.items()]
        self.fields["action"].choices = [ANY, *groups]
        self.fields["actor"].choices = [ANY, *((name, name) for name in people)]

    def clean(self):
        found = super().clean()
        if found.get("since") and found.get("until") and found["since"] > found["until"]:
            self.add_error("until", _("The end lies before the beginning."))
        return found

    def clean_text(self) -> str:
        return self.cleaned_data["text"].strip()

    def clean_customer(self) -> int | None:
        """The customer's number, found by it, by the channel's id or by the name."""
        said = self.cleaned_data["customer"].strip().removeprefix("#")
        if not said:
            return None
        identity = ChannelIdentity.objects.filter(external_id=said).values_list("customer", flat=True).first()
        number = int(said) if said.isdecimal() and len(said) < 18 else 0
        named = Customer.objects.filter(pk=number) if number else Customer.objects.filter(name=said)
        customer = identity or named.values_list("pk", flat=True).first()
        if customer is None:
            raise forms.ValidationError(_("There is no such customer."))
        return customer

    def chosen(self) -> LogFilter:
        """Of a valid form."""
        found = {name: value for name, value in self.cleaned_data.items() if value not in ("", None)}
        if found.get("since"):
            found["since"] = _midnight(found["since"])
        if found.get("until"):
            found["until"] = _midnight(found["until"] + timedelta(days=1))
        return LogFilter(**found)


def _midnight(day) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
