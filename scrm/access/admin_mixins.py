"""What every admin of the project is built from: rows filtered by grant, foreign keys too; and lists that are only read."""

from django.contrib import admin
from unfold.admin import ModelAdmin

from scrm.access.querysets import VisibleQuerySet


class OwnTransactions(admin.ModelAdmin):
    """Saves and deletes without Django's transaction around the whole view, so that save_model may call verbs: they own theirs.

    Comes after unfold's ModelAdmin among the bases, and so right before Django's.
    """

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        return self._changeform_view(request, object_id, form_url, extra_context)

    def delete_view(self, request, object_id, extra_context=None):
        return self._delete_view(request, object_id, extra_context)


class VisibleAdmin(ModelAdmin, OwnTransactions):
    """Shows a person the rows of containers they hold a grant on, in the list, by address, and in every choice field.

    For models whose manager is a VisibleQuerySet; for others give `visible_rows(user)`.
    """

    def visible_rows(self, request, queryset):
        return queryset.visible_to(request.user)

    def get_queryset(self, request):
        return self.visible_rows(request, super().get_queryset(request))

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        return super().formfield_for_foreignkey(db_field, request, **_visible_choices(db_field, request, kwargs))

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        return super().formfield_for_manytomany(db_field, request, **_visible_choices(db_field, request, kwargs))


def _visible_choices(db_field, request, kwargs: dict) -> dict:
    rows = db_field.related_model._default_manager.all()
    if isinstance(rows, VisibleQuerySet):
        kwargs.setdefault("queryset", rows.visible_to(request.user))
    return kwargs


class ReadOnlyAdmin(ModelAdmin):
    """Rows that only services write: seen here, never changed."""

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
