"""Mask personal data before anything else sees the question."""

from dataclasses import replace

from conversations.types import BotState
from scrm.privacy.redact import redact as mask


def redact(state: BotState) -> BotState:
    """`masked` and `placeholders`; only this step reads `question`.

    What a customer wrote is stored masked already (its values are in the vault) and comes back as it was.
    """
    redacted = mask(state.question)
    return replace(state, masked=redacted.text, placeholders=redacted.placeholders)
