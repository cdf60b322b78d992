"""What `manage.py doctor` asks about channel accounts."""

from collections.abc import Iterator

from django.conf import settings
from django.utils.translation import gettext as _

from conversations.models import ChannelAccount
from conversations.services.accounts import check_connection
from scrm.stack.doctor import CHECKS, Finding


def check_channels() -> Iterator[Finding]:
    """Each enabled account: are its credentials accepted, is this server's address trusted, is the account granted?"""
    for account in ChannelAccount.objects.filter(enabled=True):
        name = f"channel {account.name}"
        if account.simulated and not settings.SIMULATOR_ENABLED:
            yield Finding(name, False, _("the account belongs to the simulator, which is closed here. Disable it, or enter a real one."))
            continue
        failed = [step for step in check_connection(account=account) if step.ok is False]
        text = f"{failed[0].label}: {failed[0].text}" if failed else _("credentials accepted, address trusted, account granted")
        yield Finding(name, not failed, text)


CHECKS.register("channels", check_channels)
