from django.apps import AppConfig


class TrainingConfig(AppConfig):
    name = "training"

    def ready(self):
        from training import panels, receivers  # noqa: F401
        from training.evaluation import answers  # noqa: F401
