"""What this room shows in the desk's sidebar and on its home page."""

from django.utils.translation import gettext_lazy as _

from scrm.dashboard.registry import NAVIGATION, PANELS, NavigationEntry, Panel

NAVIGATION.register("inbox", NavigationEntry(_("Inbox"), "conversations:inbox", "conversations.view_conversation", "inbox", order=10))
NAVIGATION.register(
    "reviews", NavigationEntry(_("Review queue"), "conversations:reviews", "conversations.view_reviewtask", "shield-check", order=20)
)
NAVIGATION.register("ask", NavigationEntry(_("Ask"), "conversations:ask", "conversations.add_question", "sparkles", order=30))
NAVIGATION.register(
    "search_test", NavigationEntry(_("Search test"), "conversations:search_test", "knowledge.search_knowledgebase", "gauge", order=60)
)
# Only where the settings have a simulator: elsewhere the address does not exist and the entry draws nothing.
NAVIGATION.register(
    "simulator", NavigationEntry(_("Simulator"), "simulator:phones", "conversations.view_conversation", "smartphone", order=80)
)
NAVIGATION.register(
    "cached", NavigationEntry(_("Answer cache"), "conversations:cached", "conversations.view_cachedanswer", "gauge", order=65)
)
NAVIGATION.register(
    "prompts", NavigationEntry(_("Prompts"), "conversations:prompts", "conversations.view_promptversion", "pencil", order=86)
)
NAVIGATION.register("audit", NavigationEntry(_("Audit log"), "conversations:audit", "audit.view_auditentry", "clipboard-check", order=88))
PANELS.register("cache", Panel("conversations:cache_panel", "conversations.view_cachedanswer", order=45))
PANELS.register("satisfaction", Panel("conversations:satisfaction_panel", "conversations.view_conversation", order=25))
PANELS.register("endpoints", Panel("conversations:endpoints_panel", "ai.view_modelrelease", order=48))
PANELS.register("inbox", Panel("conversations:inbox_panel", "conversations.view_conversation", order=10))
PANELS.register("answers", Panel("conversations:answers_panel", "conversations.view_conversation", order=20))
