from django.apps import AppConfig


class DashboardConfig(AppConfig):
    name = "scrm.dashboard"
    label = "dashboard"

    def ready(self):
        import scrm.dashboard.panels  # noqa: F401  registers the access page in the sidebar
