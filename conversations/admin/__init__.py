"""The administration of channels, and what they carried: accounts, callbacks, outbox, threads, turns, risk rules, prompts."""

from conversations.admin import accounts, prompts, rules, threads, traffic

__all__ = ["accounts", "prompts", "rules", "threads", "traffic"]
