from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ConversationsConfig(AppConfig):
    name = "conversations"
    verbose_name = _("Conversations")

    def ready(self):
        from conversations import receivers  # noqa: F401
        from conversations.asked import colleagues_asked, customers_asked
        from knowledge.history import ASKED

        ASKED.register("customers", customers_asked)
        ASKED.register("colleagues", colleagues_asked)
