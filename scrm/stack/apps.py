from importlib import import_module

from django.apps import AppConfig


class StackConfig(AppConfig):
    name = "scrm.stack"
    label = "stack"

    def ready(self) -> None:
        for part in ("checks", "signals"):
            import_module(f"scrm.stack.{part}")
