"""Rows for tests of channels."""

import factory
from django.utils import timezone

from conversations.choices import Author, ChannelKind
from conversations.models import ChannelAccount, ChannelIdentity, Conversation, Message
from scrm.customers.models import Customer
from tests.conversations.conftest import ACCOUNT


class AccountFactory(factory.django.DjangoModelFactory):
    """The simulated account of conftest.ACCOUNT."""

    kind = ChannelKind.WECOM_KF
    name = "shop"
    simulated = True
    config = factory.LazyFunction(lambda: {"corp_id": ACCOUNT["corp_id"], "open_kfid": ACCOUNT["open_kfid"]})
    secrets = factory.LazyFunction(lambda: {name: ACCOUNT[name] for name in ("secret", "token", "aes_key")})

    class Meta:
        model = ChannelAccount


class ConversationFactory(factory.django.DjangoModelFactory):
    """An open conversation of a customer of `account`; give `external_id`."""

    class Meta:
        model = Conversation

    class Params:
        external_id = "wm1"

    @factory.lazy_attribute
    def identity(self):
        return ChannelIdentity.objects.create(account=self.account, external_id=self.external_id, customer=Customer.objects.create())


class CustomerMessageFactory(factory.django.DjangoModelFactory):
    account = factory.SelfAttribute("conversation.account")
    external_id = factory.Sequence(lambda number: f"in{number}")
    author = Author.CUSTOMER
    text = "在吗"
    sent_at = factory.LazyFunction(timezone.now)

    class Meta:
        model = Message
