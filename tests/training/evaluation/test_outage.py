import json

import pytest
from django.core.management import CommandError, call_command

from conversations.models import ChannelAccount, Message
from knowledge.models import KnowledgeBase
from scrm.customers.models import Customer


def test_customers_of_a_broken_endpoint_are_counted_by_what_they_got(transactional_db, release, settings, capsys):
    settings.CHAT_TIMEOUT_S = 0.3
    call_command("bench", "outage", "--customers", "5", "--fault", "hangs", "--fault", "refused", "--json")
    printed = json.loads(capsys.readouterr().out)
    assert (printed["silent"], printed["late"], set(printed["faults"])) == (0, 0, {"hangs", "refused"})
    hanging = printed["faults"]["hangs"]
    assert (hanging["answered"], hanging["handed_over"], hanging["writers"]) == (4, 1, {"extractive": 4})
    assert 0.25 < hanging["slowest_s"] == max(one["slowest_s"] for one in printed["faults"].values()) == printed["worst_s"]


def test_nothing_is_left(transactional_db, release, settings, capsys):
    settings.CHAT_TIMEOUT_S = 0.1
    call_command("bench", "outage", "--customers", "1", "--fault", "500", "--json")
    left = (KnowledgeBase.objects.filter(scratch=True), ChannelAccount.objects.all(), Customer.objects.all(), Message.objects.all())
    assert not any(rows.exists() for rows in left)


def test_an_unknown_fault_is_named(db, release):
    with pytest.raises(CommandError, match="earthquake"):
        call_command("bench", "outage", "--fault", "earthquake")
