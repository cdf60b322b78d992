"""Which release answers a conversation while a candidate is on trial with a share of them."""

from collections.abc import Callable

from scrm.ai.models import ModelRelease
from scrm.core.registry import Registry

# Conversation's id -> the release that answers it, None = the one in use. A room above registers one in ready(); it must cost nothing while
# no candidate is on trial.
TRIALS: Registry[Callable[[int], ModelRelease | None]] = Registry("releases on trial")


def release_on_trial(conversation_id: int) -> ModelRelease | None:
    return next((found for choose in TRIALS.values() if (found := choose(conversation_id))), None)
