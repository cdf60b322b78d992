from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    name = "scrm.privacy"
    label = "privacy"
