from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "scrm.api"
    label = "api"
