"""What this room does when others announce something: it enqueues."""

from django.dispatch import receiver

from scrm.ai.signals import budget_spent
from scrm.core.tasks import send


@receiver(budget_spent, dispatch_uid="conversations.budget_tell")
def on_budget_spent(**kwargs) -> None:
    send("conversations.budget_tell", queue="bulk")
