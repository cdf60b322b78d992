"""The role's permission at the door of an endpoint; which rows come out is the queryset's matter (visible_to)."""

from rest_framework.permissions import BasePermission

from scrm.access import policy


class RolePermission(BasePermission):
    """Allows who holds the view's `permissions[action]`, or `permission` for actions without an entry. A view without either is closed."""

    def has_permission(self, request, view) -> bool:
        needed = getattr(view, "permissions", {}).get(view.action) or getattr(view, "permission", None)
        return bool(needed) and policy.can(request.user, needed)
