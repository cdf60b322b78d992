import pytest

from conversations.choices import Holder, TurnState
from conversations.models import Turn
from conversations.services.turns import turn_run
from tests.conversations.factories import ConversationFactory
from training.models import Feedback
from training.services.feedback import feedback_record
from training.tasks import feedback_record_task


@pytest.fixture
def answered(conversation, write) -> Turn:
    write("保温杯保修期多久？")
    turn_run(conversation_id=conversation.pk)
    return Turn.objects.get()


@pytest.fixture
def tap(conversation, write, said, django_capture_on_commit_callbacks, monkeypatch):
    """tap("fb_1_1") taps a menu item; the words that came of it. Background work that was sent is done at once."""

    def sent(name, *ids, **options):
        if name == "training.feedback_record":
            feedback_record_task(*ids)

    monkeypatch.setattr("scrm.core.tasks.send", sent)

    def make(menu_id: str, label: str = "已解决") -> list[str]:
        before = len(said())
        write(label, menu_id=menu_id)
        with django_capture_on_commit_callbacks(execute=True):
            turn_run(conversation_id=conversation.pk)
        return said()[before:]

    return make


def test_solved_is_recorded_and_thanked_for_once(answered, tap, settings):
    assert tap(f"fb_{answered.pk}_1") == [settings.FEEDBACK_THANKS]
    assert tap(f"fb_{answered.pk}_1") == [settings.FEEDBACK_STALE]
    assert [(row.turn_id, row.value) for row in Feedback.objects.all()] == [(answered.pk, Feedback.Value.SOLVED)]


def test_unsolved_brings_a_person_and_the_last_word_counts(answered, tap, settings, conversation):
    tap(f"fb_{answered.pk}_1")
    assert tap(f"fb_{answered.pk}_0", "未解决") == [settings.FEEDBACK_SORRY]
    conversation.refresh_from_db()
    assert conversation.holder == Holder.WAITING
    assert Feedback.objects.get().value == Feedback.Value.UNSOLVED
    assert Turn.objects.latest("pk").state == TurnState.HANDED_OVER


@pytest.mark.parametrize("menu_id", ["fb_999999_1", "fb_999999_0"])
def test_a_click_on_something_unknown_is_thanked_for_and_ignored(answered, tap, settings, conversation, menu_id):
    assert tap(menu_id) == [settings.FEEDBACK_STALE]
    conversation.refresh_from_db()
    assert (conversation.holder, Feedback.objects.count()) == (Holder.BOT, 0)


def test_another_customers_answer_cannot_be_rated(answered, account, settings, tap, write, conversation):
    other = ConversationFactory(account=account, external_id="wm2")
    Turn.objects.filter(pk=answered.pk).update(conversation=other)
    assert tap(f"fb_{answered.pk}_1") == [settings.FEEDBACK_STALE]


def test_an_old_answer_cannot_be_rated(answered, tap, settings):
    Turn.objects.update(created_at="2026-01-01T00:00:00Z")
    assert tap(f"fb_{answered.pk}_1") == [settings.FEEDBACK_STALE]


def test_a_menu_id_of_another_kind_is_a_message_like_any_other(answered, tap):
    assert "7天" in tap("goods_1", "几天内可以无理由退货？")[0]


def test_feedback_on_a_turn_that_is_gone_is_no_error(db):
    assert feedback_record(turn_id=0, author="identity:1", solved=True) is None
