"""Find passages in the account's scope."""

from dataclasses import replace

from conversations.types import BotState
from knowledge.retrieval import search

LIMIT = 10


def retrieve(state: BotState) -> BotState:
    """The best passages above the search's threshold, at most LIMIT; raises what `search` raises when it cannot search."""
    result = search(state.masked, state.scope, limit=LIMIT)
    return replace(state, hits=result.hits, rejected=result.rejected, reason=result.reason)
