"""The customer card's verb."""

import pytest

from scrm.audit.models import AuditEntry
from scrm.core.errors import Invalid, NotAllowed
from scrm.customers.services import customer_update, tag_names
from tests.world import World


@pytest.mark.parametrize(
    ("text", "names"),
    [("甲，乙", ["甲", "乙"]), ("a,b、c；d;a", ["a", "b", "c", "d"]), (" , ，", []), ("x" * 80, ["x" * 60])],
)
def test_tag_names(text, names):
    assert tag_names(text) == names


def test_saving_is_audited_without_personal_data(world: World):
    customer_update(actor=world.people["agent"], customer=world.ours.customer, name="张三", remark="电话13800000000", tags="甲")
    entry = AuditEntry.objects.order_by("-id").first()
    assert (entry.action, entry.actor, entry.detail) == ("customer.update", "agent", {"tags": 1})


@pytest.mark.parametrize("field", [{"remark": "x" * 2001}, {"name": "x" * 121}, {"tags": ",".join(map(str, range(31)))}])
def test_too_much_is_refused(world: World, field):
    with pytest.raises(Invalid):
        customer_update(actor=None, customer=world.ours.customer, **({"name": "", "remark": "", "tags": ""} | field))


def test_users_do_not_change_customers(world: World):
    with pytest.raises(NotAllowed):
        customer_update(actor=world.people["user"], customer=world.ours.customer, name="", remark="", tags="")
