from django.apps import AppConfig


class ConversationsConfig(AppConfig):
    name = "conversations"

    def ready(self):
        import conversations.panels  # noqa: F401  registers the sidebar's entries and the home page's cards
