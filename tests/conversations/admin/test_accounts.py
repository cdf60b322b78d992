"""The form of a channel account: what it checks, and that a secret once entered never comes back."""

import pytest
from django.urls import reverse

from conversations.models import ChannelAccount
from scrm.audit.models import AuditEntry

ADD = reverse("admin:conversations_channelaccount_add")
SECRETS = {"secret": "sEcReT-value", "token": "QDG6eK", "aes_key": "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"}


@pytest.fixture
def admin(world):
    client = world.client("administrator")
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def fields(world) -> dict:
    return {
        "name": "shop",
        "enabled": "on",
        "bases": [world.ours.base.pk],
        "corp_id": "ww123",
        "open_kfid": "wk123",
        "welcome_text": "您好",
        "satisfaction_scale": "5",
        "idle_minutes": "30",
        **SECRETS,
    }


def change_url(row) -> str:
    return reverse("admin:conversations_channelaccount_change", args=[row.pk])


def made(admin, fields) -> ChannelAccount:
    response = admin.post(ADD, fields)
    assert response.status_code == 302, response.content.decode()[-3000:]
    return ChannelAccount.objects.get(name="shop")


def test_an_account_is_entered_and_shows_its_callback_address(world, admin, fields, settings):
    settings.PUBLIC_URL = "https://kf.example.com/"
    row = made(admin, fields)
    assert (row.config, row.secrets, list(row.bases.all()), row.welcome_text) == (
        {"corp_id": "ww123", "open_kfid": "wk123"},
        SECRETS,
        [world.ours.base],
        "您好",
    )
    assert "https://kf.example.com/hooks/wecom_kf/shop/" in admin.get(change_url(row)).content.decode()


def test_what_happens_at_the_end_of_a_conversation_is_set_here(admin, fields):
    row = made(admin, fields)
    assert (row.asks_satisfaction, row.satisfaction_scale, row.idle_minutes) == (False, 5, 30)
    asked = {"asks_satisfaction": "on", "satisfaction_scale": "3", "satisfaction_text": "满意吗？", "idle_minutes": "0"}
    assert admin.post(change_url(row), fields | asked).status_code == 302
    row.refresh_from_db()
    assert (row.asks_satisfaction, row.satisfaction_scale, row.satisfaction_text, row.idle_minutes) == (True, 3, "满意吗？", 0)
    assert "satisfaction_scale" in admin.post(change_url(row), fields | {"satisfaction_scale": "4"}).content.decode()


def test_secrets_are_never_shown_again_and_blank_keeps_them(admin, fields):
    row = made(admin, fields)
    page = admin.get(change_url(row)).content.decode()
    for secret in SECRETS.values():
        assert secret not in page
    admin.post(change_url(row), fields | {"secret": "", "token": "", "aes_key": "", "welcome_text": "新的"})
    row.refresh_from_db()
    assert (row.secrets, row.welcome_text) == (SECRETS, "新的")
    admin.post(change_url(row), fields | {"secret": "other", "token": "", "aes_key": ""})
    row.refresh_from_db()
    assert row.secrets == SECRETS | {"secret": "other"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"aes_key": "short"}, "this one has 5 characters"),
        ({"aes_key": "!" * 43}, "exactly 43 letters and digits"),
        ({"token": "x" * 33}, "Token has at most 32"),
        ({"secret": ""}, "secret is missing"),
        ({"corp_id": ""}, "This field is required"),
        ({"name": "我方账号"}, "already"),
    ],
)
def test_what_cannot_work_is_said_at_the_field(world, admin, fields, change, message):
    page = admin.post(ADD, fields | change).content.decode()
    assert message in page
    assert not ChannelAccount.objects.filter(name="shop").exists()


def test_an_account_is_switched_off_and_on(admin, fields):
    row = made(admin, fields)
    admin.post(change_url(row), {key: value for key, value in fields.items() if key != "enabled"})
    row.refresh_from_db()
    assert not row.enabled
    assert AuditEntry.objects.filter(action="channel_account.disable").exists()


def test_the_connection_check_names_the_failing_step(world, admin, fields, settings):
    settings.WECOM_API_BASE = "http://127.0.0.1:9"
    row = made(admin, fields)
    page = admin.get(reverse("admin:conversations_channelaccount_connection_check", args=[row.pk])).content.decode()
    assert page.count("passed") == 1
    assert "failed" in page
    assert page.count("not tried") == 3


def test_agents_see_no_settings(world):
    assert world.client("agent").get(change_url(world.theirs.account)).status_code in (302, 403, 404)
    assert world.client("agent").get(reverse("admin:conversations_channelaccount_add")).status_code == 403
