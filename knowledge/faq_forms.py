"""Forms of the pages for questions and answers, and of the dictionary."""

from dataclasses import asdict, replace

from django import forms
from django.utils.translation import gettext_lazy as _

from knowledge.choices import Audience
from knowledge.services.faq_fields import LONGEST_ANSWER, LONGEST_QUESTION, FaqFields

_MOMENT = "%Y-%m-%dT%H:%M"


class _Moment(forms.DateTimeField):
    def __init__(self, **kwargs):
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=_MOMENT)
        super().__init__(widget=widget, required=False, **kwargs)


class FaqForm(forms.Form):
    """One entry; `before` is what it said when the page was made."""

    question = forms.CharField(label=_("Question"), max_length=LONGEST_QUESTION)
    similar = forms.CharField(
        label=_("Similar questions"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Other ways customers ask the same, one a line. The entry is found by each of them."),
    )
    answer = forms.CharField(
        label=_("Answer"),
        max_length=LONGEST_ANSWER,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("Given to the customer word for word."),
    )
    audience = forms.ChoiceField(label=_("Who may be told"), choices=Audience)
    valid_from = _Moment(label=_("Valid from"))
    valid_until = _Moment(
        label=_("Valid until"), help_text=_("At this moment the entry stops answering. Empty: it answers until you change it.")
    )

    def __init__(self, *args, before: FaqFields | None = None, **kwargs):
        self.before = before or FaqFields("", "")
        initial = asdict(self.before) | {"similar": "\n".join(self.before.similar)}
        super().__init__(*args, initial=initial | kwargs.pop("initial", {}), **kwargs)

    def fields_wanted(self) -> FaqFields:
        """What was changed here, on top of what stood there: moments keep their seconds."""
        said = {name: self.cleaned_data[name] for name in self.changed_data}
        if "similar" in said:
            said["similar"] = tuple(said["similar"].splitlines())
        return replace(self.before, **said)
