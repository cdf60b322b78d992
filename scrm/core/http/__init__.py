"""Requests to addresses that strangers name. Server-side request forgery is impossible: see guard (what may be asked) and client (how)."""

from scrm.core.http.client import Limits, Reply, fetch
from scrm.core.http.guard import Blocked, Failed, Target, checked_addresses, decide, parse_target

__all__ = ["Blocked", "Failed", "Limits", "Reply", "Target", "checked_addresses", "decide", "fetch", "parse_target"]
