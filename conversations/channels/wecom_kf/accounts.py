"""A channel account's settings as the protocol needs them."""

from django.conf import settings

from conversations.channels.wecom_kf.client import Credentials, WecomClient
from conversations.models import ChannelAccount


def credentials_of(account: ChannelAccount) -> Credentials:
    """Simulated accounts talk to the simulator, all others to settings.WECOM_API_BASE."""
    return Credentials(
        corp_id=account.config.get("corp_id", ""),
        secret=account.secrets.get("secret", ""),
        api_base=settings.SIMULATOR_URL if account.simulated else "",
    )


def client_of(account: ChannelAccount) -> WecomClient:
    return WecomClient(credentials_of(account))


def open_kfid_of(account: ChannelAccount) -> str:
    return account.config.get("open_kfid", "")
