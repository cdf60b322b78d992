"""What this room does when another announces something: it enqueues."""

from scrm.core.tasks import send


def vectors_complete(sender, release, previous, **kwargs) -> None:
    """Documents published while a release was being prepared were embedded for the one before it."""
    send("knowledge.vectors_complete", queue="bulk")
