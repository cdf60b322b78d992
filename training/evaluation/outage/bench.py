"""manage.py bench outage: what customers get, and when, while the language model fails in each known way.

Through the turns of the product (claim, steps, fall-back, outbox) in this process, with as many threads as the interactive worker has,
in a scratch base and account; the shipped time-outs unless settings say otherwise. Nothing is sent: the words are read from the outbox.
"""

import time
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median

from django.conf import settings
from django.db import connection
from django.utils import timezone

from conversations.choices import Author, ChannelKind, Holder
from conversations.models import ChannelAccount, ChannelIdentity, Conversation, Message, Turn
from conversations.services.turns import ANSWER_CACHE, turn_run
from knowledge.models import KnowledgeBase
from knowledge.services.documents import documents_load
from scrm.core.errors import Invalid
from scrm.customers.models import Customer
from scrm.stack.processes import INTERACTIVE_THREADS
from training.evaluation.outage.faults import NAMES, BrokenEndpoint
from training.evaluation.scratch import scratch_base
from training.evaluation.swapped import swapped

PROMISED_S = 15.0  # within which every customer has words
MODEL = "broken"
DOCUMENT = "退换货规则\n\n自签收之日起7天内可以无理由退货，商品须保持完好。退货运费由买家承担，质量问题由本店承担。"
KNOWN, UNKNOWN = "退货运费由谁承担？", "贵公司的董事长是谁？"

Say = Callable[[str], None]


@dataclass(frozen=True)
class Served:
    """`seconds` from the stored message to the stored words; `outcome`: answered, handed_over or silent; `writer` of an answer."""

    seconds: float
    outcome: str
    writer: str


def bench_outage(options: dict, say: Say) -> dict:
    """By fault: the slowest and the median customer in seconds, what became of them, and who wrote. `plus_quiet_s` comes before each."""
    wanted = options["fault"] or NAMES
    if unknown := set(wanted) - set(NAMES):
        raise Invalid(f"{', '.join(sorted(unknown))}: {', '.join(NAMES)}")
    faults = {}
    with scratch_base() as base, _account(base) as account:
        documents_load(actor=None, base=base, documents=[("returns", "退换货规则", DOCUMENT)])
        _warm(account)
        for name in wanted:
            faults[name] = _figures(_under(name, account, options["customers"]))
            say(f"{name}: {faults[name]}")
    return {
        "customers": options["customers"],
        "timeout_s": settings.CHAT_TIMEOUT_S,
        "plus_quiet_s": settings.BURST_QUIET_S,
        "worst_s": max(one["slowest_s"] for one in faults.values()),
        "silent": sum(one["silent"] for one in faults.values()),
        "late": sum(one["late"] for one in faults.values()),
        "faults": faults,
    }


def _under(fault: str, account: ChannelAccount, customers: int) -> list[Served]:
    """All customers write at the same moment, every fifth something that nobody knows."""
    with BrokenEndpoint(fault) as broken, swapped(OPENAI_BASE_URL=broken.url, CHAT_MODEL=MODEL, OPENAI_API_KEY="k", CHAT_FALLBACKS=[]):
        written = [_written(account, UNKNOWN if number % 5 == 4 else KNOWN) for number in range(customers)]
        started = time.monotonic()
        with ThreadPoolExecutor(INTERACTIVE_THREADS) as pool:
            return list(pool.map(lambda conversation: _served(conversation, started), written))


def _served(conversation: Conversation, started: float) -> Served:
    try:
        turn_run(conversation_id=conversation.pk)
        seconds = time.monotonic() - started
        said = conversation.outbound.exists()
        turn = Turn.objects.filter(conversation=conversation).last()
        waits = Conversation.objects.filter(pk=conversation.pk).exclude(holder=Holder.BOT).exists()
        outcome = (
            "silent" if not said or turn is None else "answered" if turn.state == "answered" else "handed_over" if waits else turn.state
        )
        return Served(seconds, outcome, turn.writer if turn and outcome == "answered" else "")
    finally:
        connection.close()


def _figures(served: Sequence[Served]) -> dict:
    outcomes = Counter(one.outcome for one in served)
    return {
        "slowest_s": round(max(one.seconds for one in served), 2),
        "median_s": round(median(one.seconds for one in served), 2),
        "late": sum(one.seconds + settings.BURST_QUIET_S > PROMISED_S for one in served),
        "answered": outcomes["answered"],
        "handed_over": outcomes["handed_over"],
        "silent": len(served) - outcomes["answered"] - outcomes["handed_over"],
        "writers": dict(Counter(one.writer for one in served if one.writer)),
    }


def _warm(account: ChannelAccount) -> None:
    """Loads the model and the dictionaries, which a worker has loaded long before."""
    with swapped(CHAT_MODEL="", CHAT_FALLBACKS=[]):
        if _served(_written(account, KNOWN), time.monotonic()).outcome != "answered":
            raise Invalid("The embedding model does not find the document of this measurement.")


def _written(account: ChannelAccount, text: str) -> Conversation:
    """A new customer who has just written."""
    now = timezone.now()
    identity = ChannelIdentity.objects.create(account=account, external_id=f"wm{time.monotonic_ns()}", customer=Customer.objects.create())
    conversation = Conversation.objects.create(account=account, identity=identity)
    Message.objects.create(
        account=account, conversation=conversation, external_id=identity.external_id, author=Author.CUSTOMER, text=text, sent_at=now
    )
    return conversation


@contextmanager
def _account(base: KnowledgeBase) -> Iterator[ChannelAccount]:
    """Disabled, so that no worker of a running copy sends anything; gone afterwards with all its rows."""
    account = ChannelAccount.objects.create(
        kind=ChannelKind.WECOM_KF, name=f"outage-{time.monotonic_ns()}", enabled=False, simulated=True, config={ANSWER_CACHE: False}
    )
    account.bases.add(base)
    try:
        yield account
    finally:
        Customer.objects.filter(identities__account=account).delete()
        account.delete()


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--customers", type=int, default=20, metavar="N", help="Customers who write at the same moment.")
    parser.add_argument("--fault", action="append", default=[], metavar="NAME", help="Only this one (repeatable): " + ", ".join(NAMES))
