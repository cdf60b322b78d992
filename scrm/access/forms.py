"""A colleague's roles and teams, in place of Django's raw groups."""

from django import forms
from django.contrib.auth.models import Group
from django.utils.translation import gettext_lazy as _
from unfold.forms import UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from scrm.access.models import Team
from scrm.access.roles import ROLES


class PlaceFields(forms.Form):
    """Roles and teams. A colleague without a role can sign in and do nothing."""

    roles = forms.MultipleChoiceField(
        label=_("Roles"),
        choices=[(key, role.label) for key, role in ROLES.items()],
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        required=False,
        help_text=_("What this person may do. Which knowledge bases and channel accounts they may do it in is set under “Access”."),
    )
    teams = forms.ModelMultipleChoiceField(
        label=_("Teams"), queryset=Team.objects.all(), widget=UnfoldAdminCheckboxSelectMultipleWidget, required=False
    )


class ColleagueAddForm(PlaceFields, UserCreationForm):
    pass


class ColleagueChangeForm(PlaceFields, UserChangeForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        groups = Group.objects.filter(user=self.instance) if self.instance.pk else Group.objects.none()
        self.fields["roles"].initial = list(groups.filter(name__in=ROLES).values_list("name", flat=True))
        self.fields["teams"].initial = Team.objects.filter(group__in=groups)
