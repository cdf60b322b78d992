"""What is learned from, and what was learned."""

from training.models.feedback import Feedback

__all__ = ["Feedback"]
