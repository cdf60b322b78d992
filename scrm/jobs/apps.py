from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "scrm.jobs"
    label = "jobs"
