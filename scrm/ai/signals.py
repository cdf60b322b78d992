"""What this room announces. Receivers only enqueue."""

from django.dispatch import Signal

# An endpoint has taken its tokens of the day. No arguments: whoever hears it looks which have.
budget_spent = Signal()
