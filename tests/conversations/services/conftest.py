"""A shop with a customer who writes."""

from collections.abc import Callable

import pytest

from conversations.models import ChannelAccount, Conversation, Message
from scrm.access.grants import grant
from scrm.access.models import User
from scrm.access.services import user_create
from tests.conversations.factories import AccountFactory, ConversationFactory, CustomerMessageFactory
from tests.conversations.shop import shop_base
from tests.knowledge.conftest import endpoint, release  # noqa: F401


@pytest.fixture
def account(db, release) -> ChannelAccount:  # noqa: F811
    account = AccountFactory()
    account.bases.add(shop_base())
    return account


@pytest.fixture
def conversation(account) -> Conversation:
    return ConversationFactory(account=account)


@pytest.fixture
def write(conversation) -> Callable[..., Message]:
    """write("怎么退货") is a message of the customer; write("已解决", menu_id="fb_1_1") a tapped menu item."""

    def make(text: str, *, menu_id: str = "", **fields) -> Message:
        payload = {"content": text} | ({"menu_id": menu_id} if menu_id else {})
        return CustomerMessageFactory(conversation=conversation, text=text, **({"payload": payload} | fields))

    return make


@pytest.fixture
def said(conversation) -> Callable[[], list[str]]:
    """What waits in the outbox for the customer, in order."""
    return lambda: list(conversation.outbound.order_by("id").values_list("text", flat=True))


@pytest.fixture
def agent(account) -> User:
    return _colleague("agent", account)


@pytest.fixture
def stranger(account) -> User:
    """An agent without a grant on the account."""
    return _colleague("agent")


def _colleague(role: str, *containers) -> User:
    user = user_create(actor=None, username=f"{role}{User.objects.count()}", password="x", role=role)
    for container in containers:
        grant(actor=None, subject=user, container=container)
    return user
