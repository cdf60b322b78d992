"""manage.py bench reply: how fast, and how faithfully, customers are answered by the running copy.

A scratch account on the simulator; customers write at once, each its next message after the reply to its last. Times are taken by the
simulator, at the far end of the wire: acknowledgement of a callback, and callback sent -> first message of the answer received.
"""

import os
import secrets
import signal
import string
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from conversations.choices import Holder, TurnState
from conversations.models import ChannelAccount, Conversation, OutboundMessage, Turn
from conversations.models.outbound import WAITING_STATES
from conversations.services.accounts import callback_path, wecom_account_put
from conversations.services.bench_report import report
from conversations.services.turns import ANSWER_CACHE
from conversations.simulator import link
from knowledge.models import Chunk, KnowledgeBase
from scrm.core.errors import Invalid
from scrm.customers.models import Customer
from scrm.stack import heartbeats

DEMO_BASE = "演示店铺"
MOST_QUESTIONS = 40
REPLY_TIMEOUT_S = 120
SETTLE_S = 60
WARM_UP_THREADS = 4

Say = Callable[[str], None]


@dataclass
class Run:
    """A benchmark under way."""

    account: ChannelAccount
    questions: list[str]
    total: int
    done: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def open_kfid(self) -> str:
        return self.account.config["open_kfid"]

    def tickets(self) -> Iterator[int]:
        """Numbers of the messages still to be written, shared by all writers."""
        while True:
            with self.lock:
                if self.done >= self.total:
                    return
                self.done += 1
                number = self.done
            yield number


def bench_reply(
    *, messages: int, concurrency: int, base: str = "", kill_workers: int = 0, cached: bool = False, say: Say = lambda line: None
) -> dict:
    """Figures in milliseconds: ack_p50_ms..p99, first_reply_p50_ms..p99; messages_per_s; lost, duplicated, out_of_order.

    `base`: name of a knowledge base whose own questions are asked (the demo shop's by default). `kill_workers`: how often an
    interactive worker is killed meanwhile. `cached`: let the answer cache serve. Raises Invalid when the base answers none of its questions, SimulatorDown, NotFound.
    """
    with scratch_account(_base(base), cached=cached) as account:
        questions = _answerable(account, say)
        after = max(item["seq"] for item in link.get("audit", open_kfid=account.config["open_kfid"])["items"])
        run = Run(account, questions, messages)
        started = time.monotonic()
        killer = threading.Thread(target=_kill, args=(run, kill_workers, say), daemon=True)
        killer.start()
        with ThreadPoolExecutor(concurrency) as pool:
            for writer in [pool.submit(_write, run) for _ in range(concurrency)]:
                writer.result()
        seconds = time.monotonic() - started
        _wait_until_idle(conversation__account=account)
        result = report(account, link.get("audit", open_kfid=run.open_kfid, after=after))
    return {"messages": messages, "concurrency": concurrency, "workers_killed": kill_workers, "answer_cache": cached} | result | {
        "seconds": round(seconds, 2), "messages_per_s": round(messages / seconds, 2)
    }  # fmt: skip


def _base(name: str) -> KnowledgeBase:
    rows = KnowledgeBase.objects.filter(scratch=False)
    found = rows.filter(name=name or DEMO_BASE).first() or (None if name else rows.first())
    if found is None:
        raise Invalid(_("There is no knowledge base %(name)s.") % {"name": name or DEMO_BASE})
    return found


@contextmanager
def scratch_account(base: KnowledgeBase, *, cached: bool = False) -> Iterator[ChannelAccount]:
    """A simulated account that answers from the base, known to the simulator; gone afterwards with all its rows.

    cached: answers may come out of the cache; else every one is worked out.
    """
    name = f"bench-{secrets.token_hex(4)}"
    letters = string.ascii_letters + string.digits
    account = wecom_account_put(
        actor=None, name=name, corp_id=f"ww{secrets.token_hex(8)}", open_kfid=f"wk{secrets.token_hex(12)}", bases=[base],
        secret=secrets.token_hex(16), token=secrets.token_hex(8), aes_key="".join(secrets.choice(letters) for _ in range(43)),
    )  # fmt: skip
    ChannelAccount.objects.filter(pk=account.pk).update(simulated=True, config=account.config | {ANSWER_CACHE: cached})
    account.simulated = True
    try:
        callback = f"http://127.0.0.1:{settings.PORT}{callback_path(account)}"
        link.post("accounts", **account.config, **account.secrets, callback_url=callback, name=name)
        yield account
    finally:
        Customer.objects.filter(identities__account=account).delete()
        account.delete()
        link.post("accounts/delete", open_kfid=account.config["open_kfid"])


def _answerable(account: ChannelAccount, say: Say) -> list[str]:
    """The base's own questions (question sheets, then headings) that the running copy answers; asking them warms it up too."""
    asked = _candidates(account.bases.get())
    say(_("Warming up with %(count)d questions …") % {"count": len(asked)})
    with ThreadPoolExecutor(WARM_UP_THREADS) as pool:
        customers = list(pool.map(lambda question: _ask_alone(account, question), asked))
    _wait_until_idle(conversation__account=account)
    answered = Turn.objects.filter(conversation__account=account, state=TurnState.ANSWERED)
    known = set(answered.values_list("conversation__identity__external_id", flat=True))
    questions = [question for question, customer in zip(asked, customers, strict=True) if customer in known]
    if not questions:
        raise Invalid(_("The knowledge base answers none of its own questions, so nothing can be measured."))
    return questions


def _candidates(base: KnowledgeBase) -> list[str]:
    chunks = Chunk.objects.filter(version__base=base, version__live_of__isnull=False).order_by("id")
    sheets = list(chunks.exclude(question="").values_list("question", flat=True)[:MOST_QUESTIONS])
    headings = [path[-1] for path in chunks.filter(question="").values_list("heading_path", flat=True)[: 4 * MOST_QUESTIONS] if path]
    return list(dict.fromkeys(sheets + headings))[:MOST_QUESTIONS]


def _ask_alone(account: ChannelAccount, question: str) -> str:
    """A customer of its own asks; the answer is its id."""
    customer = link.post("customers", open_kfid=account.config["open_kfid"], nickname="bench")["external_userid"]
    seq = link.post("say", external_userid=customer, text=question)["seq"]
    _reply(customer, seq)
    return customer


def _reply(customer: str, after: int) -> dict | None:
    deadline = time.monotonic() + REPLY_TIMEOUT_S
    while time.monotonic() < deadline:
        reply = link.get("wait", external_userid=customer, after=after, timeout=30)["reply"]
        if reply:
            return reply
    return None


def _write(run: Run) -> None:
    """One writer: a customer that writes, reads the reply and writes again; a new one when a person was called."""
    customer = ""
    try:
        for number in run.tickets():
            customer = customer or link.post("customers", open_kfid=run.open_kfid, nickname=f"bench {number}")["external_userid"]
            seq = link.post("say", external_userid=customer, text=run.questions[number % len(run.questions)])["seq"]
            replied = _reply(customer, seq)
            # Words and menu have arrived before the customer goes on: a reply is never taken for the next one's.
            _wait_until_idle(conversation__identity__external_id=customer)
            if replied is None or not _held_by_bot(customer):
                customer = ""
    finally:
        connection.close()


def _held_by_bot(customer: str) -> bool:
    return not Conversation.objects.filter(identity__external_id=customer).exclude(holder=Holder.BOT).exists()


def _kill(run: Run, times: int, say: Say) -> None:
    """Kill one interactive worker after another, evenly spread over the run: the one that has lived longest."""
    killed: set[int] = set()
    for number in range(1, times + 1):
        while run.done < min(run.total * number // (times + 1), run.total - 1):
            time.sleep(0.05)
        while not (pids := {facts["pid"] for facts in heartbeats.living("worker:interactive")} - killed):
            time.sleep(0.05)
        pid = min(pids)
        os.kill(pid, signal.SIGKILL)
        killed.add(pid)
        say(_("Killed the interactive worker (%(number)d of %(times)d).") % {"number": number, "times": times})


def _wait_until_idle(**whose) -> None:
    """Wait until nothing is owed there, or SETTLE_S is over."""
    deadline = time.monotonic() + SETTLE_S
    waiting = OutboundMessage.objects.filter(**whose, state__in=WAITING_STATES)
    running = Turn.objects.filter(**whose, state=TurnState.RUNNING)
    while time.monotonic() < deadline and (running.exists() or waiting.exists()):
        time.sleep(0.05)
