"""Ways of answering that are chosen anew for each turn, so that it can be learned which one solves more: safe ones only.

A room above registers one chooser in ready(). While it chooses nothing a turn costs nothing more. The way is read where it matters: the
retrieve step (weights, how many passages, least relevance), the prompt, and the menu below an answer.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import asdict, dataclass, field

from conversations.bot.places import caching
from conversations.types import Exchange
from knowledge.retrieval.search import stored
from knowledge.retrieval.tuning import Tuning
from knowledge.types import Scope
from scrm.core.registry import Registry

log = logging.getLogger(__name__)

LEAST_THRESHOLD = 0.1  # no way shows passages that are less relevant


@dataclass(frozen=True)
class Way:
    """`factors` on the search weights in force, `more` added to the least relevance, `passages` 0 = as ever.

    prompt: a rule added to the prompt in force (conversations.bot.prompts.VARIANTS), "" for none.
    """

    factors: Mapping[str, float] = field(default_factory=dict)
    more: float = 0.0
    passages: int = 0
    menu: bool = True
    prompt: str = ""


@dataclass(frozen=True)
class Asked:
    """What a chooser is told of a turn: masked words and where they are looked for. again: an earlier try of the turn failed or died."""

    turn_id: int
    text: str
    scope: Scope
    history: Sequence[Exchange] = ()
    again: bool = False


@dataclass(frozen=True)
class Choice:
    """`way`: None = the usual one. The chooser has written down what it chose; `drop` takes that back, of a turn that tells nothing."""

    way: Way | None
    drop: Callable[[], None]


CHOOSERS: Registry[Callable[[Asked], Choice | None]] = Registry("choosers of a turn's way")
_chosen: ContextVar[Choice | None] = ContextVar("way of this turn", default=None)


@contextmanager
def chosen(asked: Asked) -> Iterator[None]:
    """Within the block, and in this thread alone, the turn goes the way that the first chooser names. Another than the usual one neither
    takes answers from the cache nor leaves them there. A chooser that fails costs nobody an answer.
    """
    try:
        choice = next((found for choose in CHOOSERS.values() if (found := choose(asked))), None)
    except Exception:  # boundary of what is tried: the turn goes the usual way
        log.exception("no way was chosen for turn %s", asked.turn_id)
        choice = None
    token = _chosen.set(choice)
    try:
        with caching(False) if choice and choice.way else nullcontext():
            yield
    finally:
        _chosen.reset(token)


def way() -> Way | None:
    """The turn's way, None for the usual one."""
    choice = _chosen.get()
    return choice.way if choice else None


def drop_in_tx() -> None:
    """The turn had nothing to answer: what was chosen for it says nothing."""
    choice = _chosen.get()
    if choice:
        choice.drop()


def tuning_for(scope: Scope) -> Tuning | None:
    """The search weights of the turn's way, None for those in force."""
    found = way()
    if found is None or not (found.factors or found.more):
        return None
    usual = asdict(stored(scope))
    changed = {name: usual[name] * factor for name, factor in found.factors.items()}
    least = max(min(LEAST_THRESHOLD, usual["threshold"]), usual["threshold"] + found.more)
    return Tuning.from_json(usual | changed | {"threshold": least})
