"""The administration of channels, and what they carried: accounts, callbacks, outbox, threads, turns, risk rules."""

from conversations.admin import rules, threads, traffic

__all__ = ["rules", "threads", "traffic"]
