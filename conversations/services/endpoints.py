"""The endpoints that write: checked by hand, and people told when one has spent its tokens of the day."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from scrm.access import policy
from scrm.access.models import User
from scrm.ai import budget, chat
from scrm.ai.chat import Endpoint
from scrm.ai.chat_check import Checked, endpoint_check
from scrm.audit.services import audit_record
from scrm.dashboard.services import notices_send_in_tx

VIEW, CHECK = "ai.view_modelrelease", "ai.change_modelrelease"


@dataclass(frozen=True)
class Standing:
    """Of an endpoint now: `tokens` of today; `is_left_alone`: nobody asks it after failures in a row."""

    endpoint: Endpoint
    tokens: int
    is_left_alone: bool

    @property
    def is_spent(self) -> bool:
        return 0 < self.endpoint.budget <= self.tokens


def standings() -> Iterator[Standing]:
    """Of each endpoint in the order they are asked. Tokens are counted where there is a budget."""
    for each in chat.endpoints():
        tokens = budget.tokens_today(each.base_url, each.model) if each.budget else 0
        yield Standing(each, tokens, chat.breaker(each.base_url, each.model).is_open())


def endpoints_check(*, actor) -> list[Checked]:
    """Ask each one short question. Raises NotAllowed by role. Takes up to ten seconds an endpoint."""
    policy.require(actor, CHECK)
    found = [endpoint_check(each) for each in chat.endpoints()]
    detail = {"endpoints": [{"endpoint": one.endpoint.name, "ok": one.ok, "ms": one.ms} for one in found]}
    with transaction.atomic(durable=True):
        audit_record(actor=actor, action="endpoint.check", subject=actor, detail=detail)
    return found


def budget_tell() -> int:
    """A notice for whoever looks after the models, once a day and endpoint, when its tokens are spent; how many are new."""
    spent = [one for one in standings() if one.is_spent]
    if not spent:
        return 0
    readers = [user for user in User.objects.filter(is_active=True) if policy.can(user, VIEW)]
    with transaction.atomic(durable=True):
        return sum(_tell_in_tx(one, readers) for one in spent)


def _tell_in_tx(one: Standing, readers: list[User]) -> int:
    facts = {"name": one.endpoint.name, "model": one.endpoint.model, "tokens": one.tokens, "budget": one.endpoint.budget}
    title = _("%(model)s has used up its tokens of today") % facts
    body = _(
        "%(name)s took %(tokens)d of %(budget)d tokens. Until midnight the next endpoint writes, and without one answers are quoted from the "
        "documents. The limit is SCRM_CHAT_TOKENS_PER_DAY."
    )
    key = f"budget:{timezone.localdate():%Y%m%d}:{one.endpoint.place}"
    return notices_send_in_tx(users=readers, key=key, title=title, body=body % facts, url=reverse("conversations:endpoints_panel"))
