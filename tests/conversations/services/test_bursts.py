"""Messages in a row are answered together, and a lone question waits a second."""

from datetime import timedelta

import pytest
from django.utils import timezone

from conversations import due
from conversations.channels.wecom_kf.client import SyncPage
from conversations.models import Conversation, Message, Turn
from conversations.services.bursts import bursts_due
from conversations.services.inbound import page_store
from conversations.services.turns import turn_claim
from conversations.turn_selectors import turns_waiting
from scrm.core import tasks
from tests.conversations.factories import AccountFactory

pytestmark = pytest.mark.usefixtures("transactional_db")
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def sent(monkeypatch, settings):
    settings.BURST_QUIET_S = 1.0
    published: list = []
    turns = {"conversations.turn_run": published.append, "conversations.profiles_fetch": lambda _ids: None}
    for module in (tasks, due):
        monkeypatch.setattr(module, "send", lambda name, *ids, **_: turns[name]((name, *ids)))
    return published


class Desk:
    """The account, with pages of messages that arrive one after the other."""

    def __init__(self):
        self.account, self.pages = AccountFactory(), 0

    def hears(self, *texts: str, menu_id: str = "") -> Conversation:
        rows = [self._row(f"m{self.pages}.{place}", text, menu_id) for place, text in enumerate(texts)]
        cursor, self.pages = f"c{self.pages}" if self.pages else "", self.pages + 1
        assert page_store(account_id=self.account.pk, cursor=cursor, page=SyncPage(rows, f"c{self.pages}", False))
        return Conversation.objects.get()

    def _row(self, msgid: str, text: str, menu_id: str) -> dict:
        body = {"content": text} | ({"menu_id": menu_id} if menu_id else {})
        now = int(timezone.now().timestamp())
        return {
            "msgid": msgid,
            "open_kfid": "wk1",
            "external_userid": "wm1",
            "send_time": now,
            "origin": 3,
            "msgtype": "text",
            "text": body,
        }


@pytest.fixture
def desk():
    return Desk()


def earlier(seconds: float) -> None:
    """Time passes: everything stored is so much older."""
    by = timedelta(seconds=seconds)
    for message in Message.objects.all():
        Message.objects.filter(pk=message.pk).update(created_at=message.created_at - by)
    for talk in Conversation.objects.exclude(answer_at=None):
        Conversation.objects.filter(pk=talk.pk).update(answer_at=talk.answer_at - by)


def waits(talk: Conversation) -> float:
    """Seconds until the turn is due."""
    return (talk.answer_at - timezone.now()).total_seconds()


def test_a_lone_question_waits_one_quiet_second_and_no_longer(desk, sent):
    talk = desk.hears("怎么退货")
    assert 0.5 < waits(talk) <= 1
    assert (sent, turn_claim(conversation_id=talk.pk), due.tick()) == ([], None, 0)
    earlier(1)
    assert (due.tick(), sent) == (1, [("conversations.turn_run", talk.pk)])
    assert [message.text for message in turn_claim(conversation_id=talk.pk).messages] == ["怎么退货"]


def test_what_follows_within_the_second_is_answered_with_it(desk, sent):
    desk.hears("我想问一下")
    earlier(0.8)
    talk = desk.hears("保温杯怎么退货")
    assert 0.5 < waits(talk) <= 1
    earlier(1)
    due.tick()
    assert [message.text for message in turn_claim(conversation_id=talk.pk).messages] == ["我想问一下", "保温杯怎么退货"]


def test_nobody_waits_longer_than_three_seconds(desk):
    desk.hears("在吗")
    for _ in range(2):
        earlier(0.9)
        desk.hears("还有")
    earlier(0.9)
    talk = Conversation.objects.get()
    assert waits(talk) <= 0.3


def test_the_fourth_message_is_enough(desk, sent):
    talk = desk.hears("一", "二", "三", "四")
    assert (talk.answer_at, sent) == (None, [("conversations.turn_run", talk.pk)])


@pytest.mark.parametrize(("text", "menu_id"), [("转人工", ""), ("已解决", "fb_1_1")])
def test_who_asks_for_a_person_or_taps_a_menu_waits_for_nothing(desk, sent, text, menu_id):
    talk = desk.hears(text, menu_id=menu_id)
    assert sent == [("conversations.turn_run", talk.pk)]


def test_messages_of_the_turn_under_way_are_no_part_of_the_next_burst(desk):
    talk = desk.hears("一", "二", "三", "四")
    Turn.objects.create(conversation=talk, trigger=Message.objects.last(), lease_until=timezone.now() + SECOND)
    assert 0.5 < waits(desk.hears("五")) <= 1


def test_each_due_conversation_is_taken_once(desk):
    talk = desk.hears("怎么退货")
    earlier(1)
    assert (bursts_due(), bursts_due()) == ([talk.pk], [])


def test_a_turn_whose_publication_was_lost_is_found_by_the_drain(desk):
    talk = desk.hears("怎么退货")
    earlier(1)
    bursts_due()
    earlier(5)
    assert turns_waiting() == [talk.pk]
    assert turn_claim(conversation_id=talk.pk) is not None
