from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class DashboardConfig(AppConfig):
    name = "scrm.dashboard"
    label = "dashboard"

    def ready(self):
        """The rooms fill the sidebar and the home page in their panels.py."""
        autodiscover_modules("panels")
