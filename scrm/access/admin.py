from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.contrib.auth.views import redirect_to_login
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import display
from unfold.forms import AdminPasswordChangeForm

from scrm.access.forms import ColleagueAddForm, ColleagueChangeForm
from scrm.access.models import Team, User
from scrm.access.roles import ROLES
from scrm.access.services import team_create, team_delete, team_rename, user_place
from scrm.core.errors import NotAllowed

admin.site.unregister(Group)


def admin_sign_in(request, extra_context=None):
    """The administration has no sign-in of its own: strangers go to the desk's, colleagues without the right are told so."""
    if request.user.is_authenticated:
        raise NotAllowed
    return redirect_to_login(request.GET.get("next") or reverse("admin:index"))


admin.site.login = admin_sign_in

ABOUT = ["username", "display_name", "email"]


class RoleFilter(admin.SimpleListFilter):
    title, parameter_name = _("role"), "role"

    def lookups(self, request, model_admin):
        return [(key, role.label) for key, role in ROLES.items()]

    def queryset(self, request, queryset):
        return queryset.filter(groups__name=self.value()) if self.value() in ROLES else queryset


@admin.register(User)
class UserAdmin(DjangoUserAdmin, ModelAdmin):
    form, add_form, change_password_form = ColleagueChangeForm, ColleagueAddForm, AdminPasswordChangeForm
    list_display = ["username", "display_name", "role_labels", "team_names", "is_active", "last_login"]
    list_filter = ["is_active", RoleFilter]
    search_fields = ["username", "display_name", "email"]
    filter_horizontal = []
    fieldsets = [(None, {"fields": [*ABOUT, "password"]}), (_("Role and teams"), {"fields": ["roles", "teams", "is_active"]})]
    add_fieldsets = [(None, {"fields": [*ABOUT, "password1", "password2"]}), (_("Role and teams"), {"fields": ["roles", "teams"]})]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("groups__team")

    def get_readonly_fields(self, request, obj=None):
        """Nobody locks themselves out by accident."""
        return ["is_active"] if obj is not None and obj == request.user else []

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and self._may_touch(request, obj)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and self._may_touch(request, obj) and obj != request.user

    def _may_touch(self, request, obj) -> bool:
        """A superuser's account, password included, is only a superuser's to change."""
        return obj is None or not obj.is_superuser or request.user.is_superuser

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        if "roles" in form.cleaned_data:
            user_place(
                actor=request.user, user=form.instance, roles=form.cleaned_data["roles"], teams=form.cleaned_data["teams"], made=not change
            )

    @display(description=_("roles"))
    def role_labels(self, user):
        return "、".join(str(ROLES[group.name].label) for group in user.groups.all() if group.name in ROLES)

    @display(description=_("teams"))
    def team_names(self, user):
        return "、".join(group.team.name for group in user.groups.all() if hasattr(group, "team"))


@admin.register(Team)
class TeamAdmin(ModelAdmin):
    list_display = ["name", "created_at"]
    search_fields = ["name"]

    def save_model(self, request, obj, form, change):
        if change:
            team_rename(actor=request.user, team=obj, name=obj.name)
            return
        created = team_create(actor=request.user, name=obj.name)
        obj.pk, obj.group, obj.created_at = created.pk, created.group, created.created_at

    def delete_model(self, request, obj):
        team_delete(actor=request.user, team=obj)

    def delete_queryset(self, request, queryset):
        for team in queryset:
            team_delete(actor=request.user, team=team)
