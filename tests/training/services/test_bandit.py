"""Ways of answering tried in real turns: chosen by chance, kept with the turn, learned of once, never where there is risk."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from conversations.bot import choosers, rules
from conversations.bot.choosers import Asked, Way
from conversations.choices import TurnState
from conversations.models import CachedAnswer, RiskRule, Turn
from conversations.services.turns import turn_run
from knowledge.types import Scope
from scrm.core.errors import Conflict
from tests.conversations.factories import AccountFactory, ConversationFactory, CustomerMessageFactory
from tests.conversations.shop import shop_base
from tests.knowledge.conftest import release  # noqa: F401
from training.bandit_selectors import bandit_state
from training.models import BanditChoice, BanditPolicy, Feedback
from training.services.bandit import (
    MOST_OF_ONE,
    USUAL,
    WINDOW,
    arms,
    bandit_choose,
    bandit_default,
    bandit_learn,
    bandit_reset,
    bandit_switch,
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


def asked(text: str = QUESTION) -> Asked:
    return Asked(1, text, Scope((1,)))


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
    monkeypatch.setattr(choosers, "CHOOSERS", {"x": lambda _asked: choosers.Choice(way, lambda _turn: None)})
    with choosers.chosen(asked()):
        tuning = choosers.tuning_for(scope)
    assert (tuning.meaning, tuning.threshold) == (3.0, choosers.LEAST_THRESHOLD)


@pytest.mark.parametrize(
    ("facts", "value", "reward"),
    [
        ({"state": TurnState.HANDED_OVER}, None, 0.0),
        ({"state": TurnState.REFUSED}, None, 0.0),
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


def test_the_page_shows_what_each_would_have_earned(conversation, on):
    choices_of(conversation, 70, reward=1.0, weight=1.0)
    choices_of(conversation, 70, arm=USUAL, reward=0.0, weight=1.0)
    found = {arm.name: arm for arm in bandit_state()["arms"]}
    assert found["wide"].estimates["doubly_robust"][0] > 0.9
    assert (found["wide"].proven, found[USUAL].proven, found["meaning"].estimates["snips"]) == (True, False, None)
