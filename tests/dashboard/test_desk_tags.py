"""Icons, initials and short times."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation

from scrm.dashboard.templatetags import desk

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 5, 20, 12, 0, tzinfo=SHANGHAI)


@pytest.mark.parametrize(("name", "shown"), [("李小红", "红"), ("emma", "E"), ("#12", "#"), ("", "?"), ("王a", "王")])
def test_initial(name, shown):
    assert desk.initial(name) == shown


@pytest.mark.parametrize(
    ("age", "shown"),
    [
        (timedelta(seconds=20), "just now"),
        (timedelta(minutes=1, seconds=5), "1 minute ago"),
        (timedelta(minutes=59), "59 minutes ago"),
        (timedelta(hours=3), "09:00"),
        (timedelta(days=2), "05-18 12:00"),
        (timedelta(days=400), "2025-04-15"),
    ],
)
def test_short_time(monkeypatch, age, shown):
    monkeypatch.setattr(timezone, "now", lambda: NOON)
    with translation.override("en"), timezone.override(SHANGHAI):
        assert desk.short_time(NOON - age) == shown


def test_an_icon_is_decoration(settings):
    html = desk.icon("inbox")
    assert 'aria-hidden="true"' in html
    assert "lucide.svg#inbox" in html
