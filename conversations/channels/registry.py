"""Channels by kind."""

from conversations.channels.outcomes import Channel
from conversations.channels.wecom_kf.sender import WecomKf
from conversations.choices import ChannelKind

CHANNELS: dict[str, Channel] = {ChannelKind.WECOM_KF: WecomKf()}
