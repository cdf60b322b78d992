"""What this room shows in the desk's sidebar."""

from django.utils.translation import gettext_lazy as _

from scrm.dashboard.registry import NAVIGATION, NavigationEntry

NAVIGATION.register("knowledge", NavigationEntry(_("Knowledge"), "knowledge:bases", "knowledge.view_document", "book-open", order=40))
