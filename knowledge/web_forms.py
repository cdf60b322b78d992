"""The form of a web source."""

from django import forms
from django.utils.translation import gettext_lazy as _

from knowledge.choices import SourceKind
from knowledge.models import WebSource
from knowledge.services.web import MAX_DEPTH, MAX_HOURS, MAX_PAGES, SourceFields

_LIMITED = ("max_depth", "max_pages")


class SourceForm(forms.Form):
    url = forms.CharField(
        label=_("Address"), max_length=1000, widget=forms.URLInput(attrs={"placeholder": "https://"}),
        help_text=_("A help page, or the first page of a help centre."),
    )  # fmt: skip
    kind = forms.ChoiceField(
        label=_("What to fetch"),
        choices=SourceKind,
        help_text=_("A site: this page, the pages of its sitemap, and those it links to on the same host."),
    )
    max_depth = forms.IntegerField(label=_("Links away from the first page at most"), min_value=0, max_value=MAX_DEPTH, initial=2)
    max_pages = forms.IntegerField(label=_("Pages at most"), min_value=1, max_value=MAX_PAGES, initial=100)
    interval_hours = forms.IntegerField(label=_("Fetch again after hours"), min_value=1, max_value=MAX_HOURS, initial=24)

    def __init__(self, *args, source: WebSource | None = None, **kwargs):
        initial = {name: getattr(source, name) for name in self.base_fields} if source else None
        super().__init__(*args, initial=initial, **kwargs)
        if source:
            self.fields["url"].disabled = True
            self.fields["url"].help_text = _("Another address is another source.")

    def source_fields(self) -> SourceFields:
        return SourceFields(**self.cleaned_data)
