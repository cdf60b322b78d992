"""Base classes of the endpoints."""

from rest_framework import viewsets

from scrm.api.permissions import RolePermission


class VisibleViewSet(viewsets.ReadOnlyModelViewSet):
    """Rows of containers the caller holds a grant on, and nothing else: other rows are 404, as if they did not exist.

    Set `model` (its manager is a VisibleQuerySet), `serializer_class` and `permission`.
    """

    model: type
    permission_classes = [RolePermission]

    def get_queryset(self):
        if getattr(self, "swagger_fake_view", False):
            return self.model.objects.none()
        return self.rows(self.model.objects.visible_to(self.request.user))

    def rows(self, queryset):
        """Narrow, order and prefetch."""
        return queryset
