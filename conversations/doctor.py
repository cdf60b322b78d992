"""What `manage.py doctor` asks about channel accounts and about the endpoints that write."""

from collections.abc import Iterator

from django.conf import settings
from django.utils.translation import gettext as _

from conversations.models import ChannelAccount
from conversations.services.accounts import check_connection
from conversations.services.endpoints import standings
from scrm.ai.chat_check import endpoint_check
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


def check_endpoints() -> Iterator[Finding]:
    """Each endpoint answers one short question, and has tokens left today."""
    found = list(standings())
    if not found:
        yield Finding("model endpoint", True, _("none is set up: answers are quoted from the documents"))
    for one in found:
        name = f"model endpoint {one.endpoint.place}"
        checked = endpoint_check(one.endpoint)
        yield Finding(name, checked.ok, f"{one.endpoint.name}, {one.endpoint.model}: {checked.text}")
        if one.endpoint.budget:
            facts = {"tokens": one.tokens, "budget": one.endpoint.budget}
            left, spent = (
                _("%(tokens)d of %(budget)d tokens of today are used"),
                _(
                    "its %(budget)d tokens of today are used up; until midnight the next endpoint writes, or documents are quoted. The limit is "
                    "SCRM_CHAT_TOKENS_PER_DAY."
                ),
            )
            yield Finding(f"{name} tokens", not one.is_spent, (spent if one.is_spent else left) % facts)


CHECKS.register("channels", check_channels)
CHECKS.register("model endpoints", check_endpoints)
