"""Find passages in the account's scope."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import zip_longest

from conversations.bot import choosers
from conversations.bot.followups import content
from conversations.bot.questions import parts, without_personal
from conversations.types import BotState
from knowledge.retrieval import search
from knowledge.types import Hit

LIMIT = 10


def retrieve(state: BotState) -> BotState:
    """The best passages above the search's threshold, LIMIT for each thing asked; raises what `search` raises when it cannot search.

    Entries and approved answers come before other passages (knowledge.retrieval). What finds nothing is tried once more in other words.
    """
    found = _searched(state, without_personal(state.asks))
    for again in _other_words(state):
        if found.hits:
            break
        second = _searched(state, again)
        if second.hits:
            found = replace(second, searched_again=again)
    return found


def _searched(state: BotState, question: str) -> BotState:
    asked = parts(question)
    way, tuning = choosers.way(), choosers.tuning_for(state.scope)
    limit = way.passages if way and way.passages else LIMIT
    results = [search(text, state.scope, limit=limit, tuning=tuning) for text in ([question] if len(asked) == 1 else [question, *asked])]
    hits = _interleaved(result.hits for result in results)
    return replace(state, hits=hits, rejected=results[0].rejected, reason="" if hits else results[0].reason)


def _other_words(state: BotState) -> Iterator[str]:
    """A follow-up as the customer wrote it; then the words that say what is asked, without the grammar around them."""
    question = without_personal(state.asks)
    if state.standalone:
        yield without_personal(state.masked)
    words = " ".join(content(question))
    if words and words != question:
        yield words


def _interleaved(lists: Iterable[tuple[Hit, ...]]) -> tuple[Hit, ...]:
    """First of each, second of each, ...; every passage once."""
    found: dict[int, Hit] = {}
    for row in zip_longest(*lists):
        for hit in filter(None, row):
            found.setdefault(hit.chunk_id, hit)
    return tuple(found.values())
