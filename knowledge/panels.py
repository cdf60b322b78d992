"""What this room shows in the desk's sidebar and on its home page."""

from django.utils.translation import gettext_lazy as _

from scrm.dashboard.registry import NAVIGATION, PANELS, NavigationEntry, Panel

NAVIGATION.register("knowledge", NavigationEntry(_("Knowledge"), "knowledge:bases", "knowledge.view_document", "book-open", order=40))
PANELS.register("knowledge", Panel("knowledge:panel", "knowledge.view_document", order=30))
PANELS.register("due", Panel("knowledge:due_panel", "knowledge.view_document", order=35))
