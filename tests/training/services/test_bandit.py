"""Ways of answering tried in real turns: chosen by chance, kept with the turn, learned of once, never where there is risk."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from conversations.bot import choosers, rules
from conversations.bot.choosers import Asked, Way
from conversations.choices import Author, TurnState
from conversations.models import CachedAnswer, ReviewTask, RiskRule, Satisfaction, Turn
from conversations.services.turns import turn_run
from knowledge.types import Scope
from scrm.core.errors import Conflict
from tests.conversations.factories import AccountFactory, ConversationFactory, CustomerMessageFactory
from tests.conversations.shop import shop_base
from tests.knowledge.conftest import release  # noqa: F401
from training.bandit_figures import figures_store
from training.bandit_selectors import bandit_state
from training.models import BanditChoice, BanditPolicy, Feedback
from training.services.bandit import (
    ARMS,
    MOST_OF_ONE,
    USUAL,
    WINDOW,
    arms,
    bandit_choose,
    bandit_default,
    bandit_learn,
    bandit_reset,
    bandit_switch,
    reward_of,
)

QUESTION = "保温杯保修期多久？"


@pytest.fixture
def conversation(transactional_db, release, settings):  # noqa: F811
    settings.BANDIT, settings.BANDIT_EXPLORED = True, 0.5
    cache.clear()
    rules.forget()
    account = AccountFactory()
    account.bases.add(shop_base())
    return ConversationFactory(account=account)


@pytest.fixture
def on(conversation):
    return bandit_switch(actor=None, on=True)


def asked(text: str = QUESTION, turn: int = 0) -> Asked:
    return Asked(turn, text, Scope((1,)))


def turn_of(conversation, text: str = QUESTION) -> Turn:
    CustomerMessageFactory(conversation=conversation, text=text, payload={"content": text})
    conversation.refresh_from_db()
    turn_run(conversation_id=conversation.pk)
    return Turn.objects.order_by("-pk").first()


def choices_of(conversation, number: int, **facts) -> list[BanditChoice]:
    rows = []
    for each in range(number):
        trigger = CustomerMessageFactory(conversation=conversation, text=f"问{each}")
        turn = Turn.objects.create(conversation=conversation, trigger=trigger, question=f"问题{each}号", state=TurnState.ANSWERED)
        values = {"version": 1, "arm": "wide", "shares": {USUAL: 0.5, "wide": 0.5}, "context": [1.0, 0.0, 0.0, 0.0]} | facts
        rows.append(BanditChoice.objects.create(turn=turn, **values))
    return rows


def test_off_nothing_is_asked(conversation, settings):
    settings.BANDIT = False
    with CaptureQueriesContext(connection) as queries:
        assert bandit_choose(asked()) is None
    assert not queries.captured_queries


def test_not_switched_on_nothing_is_chosen(conversation):
    assert bandit_choose(asked()) is None


def test_a_turn_keeps_its_choice_with_all_probabilities(conversation, on):
    turn = turn_of(conversation)
    row = BanditChoice.objects.get(turn=turn)
    assert (turn.state, set(row.shares), row.version) == (TurnState.ANSWERED, set(arms()), on.version)
    assert sum(row.shares.values()) == pytest.approx(1.0, abs=1e-4)
    assert row.shares[USUAL] >= 0.5
    assert row.context == [1.0, 0.0, 0.0, 0.0]


def test_a_question_with_risk_goes_the_usual_way(conversation, on):
    RiskRule.objects.create(topic="投资", question_patterns="理财")
    rules.forget()
    assert bandit_choose(asked("理财产品保修吗")) is None


def test_another_way_leaves_the_cache_alone(conversation, on, settings, monkeypatch):
    settings.ANSWER_CACHE = True
    monkeypatch.setattr("training.services.bandit._drawn", lambda names, *_: ([1.0] + [0.0] * (len(names) - 1), "wide"))
    turn_of(conversation)
    assert not CachedAnswer.objects.exists()
    assert BanditChoice.objects.get().arm == "wide"


def test_a_way_changes_the_weights_within_bounds_and_never_below_the_floor(conversation, monkeypatch):
    scope = Scope(tuple(conversation.account.bases.values_list("pk", flat=True)))
    way = Way(factors={"meaning": 9.0}, more=-1.0)
    with choosers.chosen(asked()):
        assert choosers.tuning_for(scope) is None
    monkeypatch.setattr(choosers, "CHOOSERS", {"x": lambda _asked: choosers.Choice(way, lambda: None)})
    with choosers.chosen(asked()):
        tuning = choosers.tuning_for(scope)
    assert (tuning.meaning, tuning.threshold) == (3.0, choosers.LEAST_THRESHOLD)


@pytest.mark.parametrize(
    ("facts", "value", "reward"),
    [
        ({"state": TurnState.HANDED_OVER}, None, 0.0),
        ({"state": TurnState.REFUSED}, None, 0.0),
        ({"state": TurnState.IN_REVIEW}, None, 0.0),
        ({"state": TurnState.REJECTED}, None, 0.0),
        ({"state": TurnState.RUNNING}, Feedback.Value.SOLVED, None),
        ({}, Feedback.Value.UNSOLVED, 0.0),
        ({}, Feedback.Value.SOLVED, 1.0),
        ({}, None, None),
    ],
)
def test_what_a_turn_earned(conversation, on, facts, value, reward):
    (row,) = choices_of(conversation, 1)
    Turn.objects.filter(pk=row.turn_id).update(**facts) if facts else None
    if value:
        Feedback.objects.create(turn=row.turn, author="identity:1", value=value)
    bandit_learn()
    row.refresh_from_db()
    assert row.reward == reward


def test_after_a_day_silence_is_solved_and_a_repeated_question_is_not(conversation, on):
    first, second = choices_of(conversation, 2)
    Turn.objects.filter(pk=second.turn_id).update(question="问题0号？")
    BanditChoice.objects.update(created_at=timezone.now() - WINDOW - timedelta(minutes=1))
    assert bandit_learn() == 2
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.reward, second.reward) == (0.0, 1.0)


def test_each_choice_is_learned_once_and_one_customer_moves_little(conversation, on):
    rows = choices_of(conversation, MOST_OF_ONE + 3)
    for row in rows:
        Feedback.objects.create(turn=row.turn, author="identity:1", value=Feedback.Value.SOLVED)
    assert bandit_learn() == len(rows)
    assert bandit_learn() == 0
    assert BanditChoice.objects.filter(weight=1).count() == MOST_OF_ONE
    known = BanditPolicy.objects.get().known["wide"]
    assert known["precision"][0][0] == pytest.approx(4.0 + MOST_OF_ONE)


def test_a_reset_forgets_and_old_choices_teach_nothing_more(conversation, on):
    (row,) = choices_of(conversation, 1)
    assert bandit_reset(actor=None).version == 2
    Feedback.objects.create(turn=row.turn, author="identity:1", value=Feedback.Value.SOLVED)
    bandit_learn()
    assert BanditPolicy.objects.get().known == {}


def test_only_a_proven_way_becomes_the_default(conversation, on):
    with pytest.raises(Conflict):
        bandit_default(actor=None, arm="wide", proven=False)
    assert bandit_default(actor=None, arm="wide", proven=True).default == "wide"
    assert bandit_default(actor=None, arm=USUAL, proven=False).default == USUAL


def test_the_page_shows_what_each_would_have_earned(conversation, on, django_assert_max_num_queries):
    choices_of(conversation, 300, reward=1.0, weight=1.0, shares=dict.fromkeys(arms(), 1 / len(arms())))
    choices_of(conversation, 300, arm=USUAL, reward=0.0, weight=1.0, shares=dict.fromkeys(arms(), 1 / len(arms())))
    assert {arm.choices for arm in bandit_state()["arms"]} == {0}  # until a worker has worked them out
    figures_store()
    with django_assert_max_num_queries(1):
        found = {arm.name: arm for arm in bandit_state()["arms"]}
    assert found["wide"].doubly_robust[0] > 0.9
    assert found["wide"].advantage[1] > 0
    assert (found["wide"].proven, found[USUAL].proven, found["meaning"].snips) == (True, False, None)
    bandit_default(actor=None, arm="wide", proven=True)
    assert not any(arm.proven for arm in bandit_state()["arms"])  # figures against another default prove nothing


def test_what_cannot_say_that_it_failed_is_never_proven(conversation, on):
    choices_of(conversation, 300, arm="plain", reward=1.0, weight=1.0, shares=dict.fromkeys(arms(), 1 / len(arms())))
    choices_of(conversation, 300, arm=USUAL, reward=0.0, weight=1.0, shares=dict.fromkeys(arms(), 1 / len(arms())))
    figures_store()
    assert not any(arm.proven for arm in bandit_state()["arms"])


def test_a_turn_that_a_person_had_to_help_is_not_solved(conversation, on):
    reviewed, written, content, cross = choices_of(conversation, 4)
    ReviewTask.objects.create(turn=reviewed.turn, topics=["退款"], draft="好的。", due_at=timezone.now())
    assert reward_of(reviewed.turn, over=True) == 0.0
    other = ConversationFactory(account=conversation.account, external_id="wm-other")
    Turn.objects.filter(pk__in=[written.turn_id, content.turn_id, cross.turn_id]).update(conversation=other)
    written.turn.refresh_from_db()
    assert reward_of(written.turn, over=True) == 1.0
    CustomerMessageFactory(conversation=other, author=Author.AGENT, text="我来帮您。")
    assert reward_of(written.turn, over=True) == 0.0


@pytest.mark.parametrize(("score", "reward"), [(5, 1.0), (2, 0.0)])
def test_a_word_on_the_whole_conversation_counts_when_nothing_else_was_said(conversation, on, score, reward):
    (row,) = choices_of(conversation, 1)
    Satisfaction.objects.create(conversation=conversation, scale=5, score=score, served_by=Author.BOT)
    assert reward_of(row.turn, over=False) == reward


def test_another_try_of_a_turn_goes_the_way_that_was_drawn_first(conversation, on):
    (row,) = choices_of(conversation, 1, arm="strict")
    assert bandit_choose(asked(turn=row.turn_id)).way == ARMS["strict"][1]
    assert BanditChoice.objects.count() == 1


def test_a_worker_that_dies_leaves_its_choice_to_the_next_one(conversation, on, monkeypatch):
    class Killed(BaseException):
        pass

    def killed(**_unused):
        raise Killed

    CustomerMessageFactory(conversation=conversation, text=QUESTION, payload={"content": QUESTION})
    conversation.refresh_from_db()
    with monkeypatch.context() as patch:
        patch.setattr("conversations.services.turns.turn_end", killed)
        with pytest.raises(Killed):
            turn_run(conversation_id=conversation.pk)
    drawn = BanditChoice.objects.get()
    monkeypatch.setattr("training.services.bandit._drawn", lambda *_unused: pytest.fail("drawn twice"))
    turn_run(conversation_id=conversation.pk)
    assert (Turn.objects.get().state, BanditChoice.objects.get().pk) == (TurnState.ANSWERED, drawn.pk)


def test_a_turn_that_nobody_was_answered_by_teaches_nothing(conversation, on):
    (row,) = choices_of(conversation, 1)
    Turn.objects.filter(pk=row.turn_id).update(state=TurnState.SUPERSEDED)
    assert bandit_learn() == 0
    assert not BanditChoice.objects.exists()


def test_a_greeting_leaves_no_choice(conversation, on):
    turn_of(conversation, "你好")
    assert not BanditChoice.objects.exists()


def test_a_chooser_that_fails_costs_nobody_an_answer(conversation, on, monkeypatch, caplog):
    def broken(_asked):
        raise RuntimeError("broken")

    monkeypatch.setattr(choosers, "CHOOSERS", {"x": broken})
    assert turn_of(conversation).state == TurnState.ANSWERED
    assert "no way was chosen" in caplog.text


def test_a_question_with_risk_leaves_no_choice_in_a_whole_turn(conversation, on):
    RiskRule.objects.create(topic="保修", question_patterns="保修")
    rules.forget()
    turn_of(conversation)
    assert not BanditChoice.objects.exists()


def test_another_try_that_goes_the_usual_way_teaches_nothing_of_the_first(conversation, on):
    (row,) = choices_of(conversation, 1, arm="strict")
    RiskRule.objects.create(topic="保修", question_patterns="保修")
    rules.forget()
    assert bandit_choose(Asked(row.turn_id, QUESTION, Scope((1,)), again=True)) is None
    assert not BanditChoice.objects.exists()


def test_exploration_never_passes_its_cap(conversation, on, settings):
    settings.BANDIT_EXPLORED = 0.2
    (row,) = choices_of(conversation, 1)
    for _ in range(30):
        BanditChoice.objects.all().delete()
        bandit_choose(asked(turn=row.turn_id))
        shares = BanditChoice.objects.get().shares
        assert sum(share for name, share in shares.items() if name != USUAL) <= 0.2 + 1e-9


def test_the_page_without_figures_and_its_queries(conversation, on, django_assert_max_num_queries, admin_client):
    admin_client.get(reverse("training:bandit"))
    with django_assert_max_num_queries(15):
        page = admin_client.get(reverse("training:bandit"))
    assert "还没有回答过任何问题" in page.content.decode() or "empty" in page.content.decode()


def test_ways_of_prompting_are_tried_only_where_a_model_is_prompted(settings):
    settings.BANDIT_ARMS = ("words", "brief", "unheard-of", USUAL)
    settings.CHAT_MODEL = ""
    assert arms() == [USUAL, "words"]
    settings.OPENAI_BASE_URL, settings.OPENAI_API_KEY, settings.CHAT_MODEL = "http://127.0.0.1:9/v1", "key", "model"
    assert arms() == [USUAL, "words", "brief"]
