from django.apps import AppConfig


class TrainingConfig(AppConfig):
    name = "training"

    def ready(self):
        from scrm.ai.registry import before_activation
        from training.services.writers import adapter_load

        before_activation.register("writer's adapter", adapter_load)
        from conversations.bot.choosers import CHOOSERS
        from conversations.bot.rules import CLASSIFIERS
        from conversations.bot.trials import TRIALS
        from training.services.bandit import bandit_choose
        from training.services.canary import canary_of
        from training.services.risk import risk_classified

        TRIALS.register("canary", canary_of)
        CHOOSERS.register("bandit", bandit_choose)
        CLASSIFIERS.register("reviewers", risk_classified)
        from training import panels, receivers  # noqa: F401
        from training.evaluation import answers  # noqa: F401
