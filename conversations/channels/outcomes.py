"""What a channel says about one attempt to send, and what a channel has to be able to do."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from conversations.models import ChannelAccount, OutboundMessage


@dataclass(frozen=True, slots=True)
class Budget:
    """What the channel still allows towards this customer. `left`: messages; `seconds`: how long ago the customer last wrote, or None.

    `growth`: bytes by which the words grow when their placeholders are replaced on the way out.
    """

    left: int
    seconds: float | None
    growth: int = 0


@dataclass(frozen=True, slots=True)
class Sent:
    """The channel has all parts."""


@dataclass(frozen=True, slots=True)
class Retry:
    """Nothing arrived as far as we know; try again after `after_s` seconds."""

    after_s: float
    code: str
    error: str


@dataclass(frozen=True, slots=True)
class Unclear:
    """The answer was lost: it may have arrived. Sent again under the same id after `after_s` seconds."""

    after_s: float
    error: str


@dataclass(frozen=True, slots=True)
class Failed:
    """It will not arrive. `offer`: a person should look at the conversation."""

    code: str
    error: str
    offer: bool = True


Outcome = Sent | Retry | Unclear | Failed


class Channel(Protocol):
    """One kind of channel. Both methods may block on the network and are called outside transactions."""

    messages_per_turn: int | None
    """How many messages a customer's message allows; None for no limit."""

    def parts(self, outbound: OutboundMessage, budget: Budget) -> tuple[dict, ...]:
        """The messages that this row becomes, each {"id", "msgtype", "payload"}; stored before the first is sent.

        `id` is ours and unique in the account. Raises a ScrmError when the channel would refuse the message.
        """

    def send(self, account: ChannelAccount, outbound: OutboundMessage, values: Mapping[str, str]) -> Outcome:
        """Send the stored parts under ids of our own, with `values` in the place of their placeholders: only here is anything unmasked.

        Calling it again never makes the customer read anything twice.
        """
