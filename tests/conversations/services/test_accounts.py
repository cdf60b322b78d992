"""Entering an account and checking its connection."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from conversations.models import ChannelAccount
from conversations.services.accounts import check_connection, wecom_account_put
from knowledge.models import KnowledgeBase
from scrm.audit.models import AuditEntry
from scrm.core.errors import Invalid
from tests.conversations.conftest import ACCOUNT
from tests.conversations.factories import AccountFactory

pytestmark = pytest.mark.django_db
FIELDS = {name: ACCOUNT[name] for name in ("corp_id", "secret", "token", "aes_key", "open_kfid")}


@pytest.fixture
def base():
    return KnowledgeBase.objects.create(name="店铺")


def add(**changes) -> dict:
    out = StringIO()
    call_command("channel_add", "wecom_kf", **{"name": "shop", "base": "店铺", "json": True, "stdout": out} | FIELDS | changes)
    return json.loads(out.getvalue())


def test_the_command_creates_and_changes(base):
    assert add() == {"account": "shop", "callback_path": "/hooks/wecom_kf/shop/"}
    add(secret="another")
    account = ChannelAccount.objects.get()
    assert (account.secrets["secret"], account.config["open_kfid"], list(account.bases.all())) == ("another", "wk1", [base])
    assert not account.simulated
    assert AuditEntry.objects.filter(action__startswith="channel_account.").count() == 2


def test_secrets_are_ciphertext_in_the_database(base):
    add()
    raw = ChannelAccount.objects.extra(select={"raw": "secrets"}).get().raw
    assert ACCOUNT["secret"] not in raw
    assert ACCOUNT["aes_key"] not in raw


@pytest.mark.parametrize(
    "changes",
    [{"base": "没有"}, {"aes_key": "short"}, {"token": "t" * 33}, {"corp_id": " "}, {"secret": ""}, {"open_kfid": ""}, {"name": "!"}],
)
def test_the_command_refuses(base, changes):
    with pytest.raises(CommandError):
        add(**changes)
    assert not ChannelAccount.objects.exists()


def test_blank_secrets_keep_what_is_stored(base):
    add()
    wecom_account_put(actor=None, name="shop", corp_id="ww2", open_kfid="wk1", bases=[base])
    account = ChannelAccount.objects.get()
    assert (account.config["corp_id"], account.secrets["secret"]) == ("ww2", ACCOUNT["secret"])


def test_another_open_kfid_starts_from_the_beginning(base):
    add()
    ChannelAccount.objects.update(cursor="c1")
    add(open_kfid="wk2")
    assert ChannelAccount.objects.get().cursor == ""


def test_a_change_does_not_turn_back_the_cursor(base):
    add()
    stale = ChannelAccount.objects.get()
    ChannelAccount.objects.update(cursor="c9")
    wecom_account_put(actor=None, account=stale, name="shop", corp_id="ww2", open_kfid="wk1", bases=[base])
    assert ChannelAccount.objects.get().cursor == "c9"


def test_missing_fields_are_named(base):
    with pytest.raises(Invalid) as caught:
        wecom_account_put(actor=None, name="shop", corp_id="ww2", open_kfid="wk1", bases=[base])
    assert caught.value.code == "missing_secret"


def outcome(account) -> dict:
    return {step.key: step.ok for step in check_connection(account=account)}


def test_a_working_connection(wecom, phone, settings):
    settings.SIMULATOR_URL = phone.base
    assert set(outcome(AccountFactory()).values()) == {True}


@pytest.mark.parametrize(
    ("fault", "failing"),
    [
        ({"value": 60020}, "trusted_ip"),
        ({"value": 48002}, "granted"),
        ({"kind": "garbage"}, "server"),
        ({"api": "gettoken", "value": 40001}, "token"),
    ],
)
def test_the_failing_step_is_named(wecom, phone, settings, fault, failing):
    settings.SIMULATOR_URL = phone.base
    phone.post("faults", **{"kind": "error", "api": "kf/account/list"} | fault)
    steps = check_connection(account=AccountFactory())
    assert [step.key for step in steps if step.ok is False] == [failing]
    assert next(step.text for step in steps if step.ok is False)


def test_an_account_that_is_not_granted(wecom, phone, settings):
    settings.SIMULATOR_URL = phone.base
    phone.post("accounts/grant", open_kfid="wk1", granted=False)
    assert outcome(AccountFactory())["granted"] is False


def test_incomplete_fields_are_the_first_step():
    assert outcome(AccountFactory(secrets={})) == {"fields": False, "server": None, "token": None, "trusted_ip": None, "granted": None}
