"""The administration of channels, and what they carried: accounts, callbacks, outbox, threads, turns, risk rules."""

from conversations.admin import accounts, rules, threads, traffic

__all__ = ["accounts", "rules", "threads", "traffic"]
