"""What the kernel itself shows in the sidebar."""

from django.utils.translation import gettext_lazy as _

from scrm.dashboard.registry import NAVIGATION, NavigationEntry

NAVIGATION.register("access", NavigationEntry(_("Access"), "access:access", "access.change_user", "lock", order=90))
