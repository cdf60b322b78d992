"""The risk classifier: learned from reviewers, in use when it has proved itself, and only ever raising risk."""

import subprocess
import sys
from collections.abc import Iterator

import numpy as np
import pytest
from django.core.cache import cache
from django.urls import reverse

from conversations.bot import rules
from conversations.bot.rules import CLASSIFIERS, level_of, topics
from conversations.choices import RiskLevel, TurnState
from conversations.models import ReviewTask, RiskRule, Turn
from scrm.ai.choices import Purpose
from scrm.ai.selectors import active_release_or_none
from scrm.dashboard.models import Notice
from tests.world import World, message_make, world_make
from training.models import LearningObjection, RiskWeights, TrainingRun
from training.risk.features import SIZE, places, probability
from training.risk.labels import risk_labels
from training.risk.learning import Fitted, auc
from training.services.risk import TOPIC, enough, risk_classified, risk_train

State = TrainingRun.State
GOODS = [
    "水壶",
    "耳机",
    "台灯",
    "键盘",
    "背包",
    "雨伞",
    "手表",
    "电饭煲",
    "行李箱",
    "充电宝",
    "加湿器",
    "望远镜",
    "剃须刀",
    "咖啡机",
    "跑步机",
]
FINE = ("{}的保修期是多久", "{}可以开发票吗", "{}几天发货", "{}怎么清洁")
RISKY = ("{}涨价了可以赚差价吗", "买{}能保证升值吗", "{}的收益率有多少", "转卖{}能赚多少钱")


@pytest.fixture
def world(transactional_db) -> Iterator[World]:
    cache.clear()
    yield world_make()
    cache.clear()


def reviewed(world: World, question: str, *, risky: bool) -> None:
    side = world.ours
    trigger = message_make(side.conversation, "customer", question)
    turn = Turn.objects.create(conversation=side.conversation, trigger=trigger, question=question, state=TurnState.REJECTED)
    said = "好的，为您说明：" + question
    ReviewTask.objects.create(turn=turn, draft=said, final="" if risky else said, state="rejected" if risky else "approved")


@pytest.fixture
def labelled(world) -> World:
    """60 fine and 60 risky answers that can be told apart."""
    for forms, risky in ((FINE, False), (RISKY, True)):
        for form in forms:
            for thing in GOODS:
                reviewed(world, form.format(thing), risky=risky)
    return world


def test_places_of_both_sides_differ():
    assert places("退款", "") != places("", "退款")
    assert all(0 <= place < SIZE for place in places("退款要多久", "三天"))
    assert probability([], {1: 9.0}, 3.0) == 0.0
    assert probability([1, 2, 3, 4], {1: 4.0}, 0.0) == pytest.approx(0.8808, abs=1e-4)


def test_area_under_the_curve_with_ties():
    assert auc(np.array([0.9, 0.5, 0.5, 0.1]), np.array([True, True, False, False])) == pytest.approx(0.875)


def test_off_until_there_are_enough_labels(world, django_assert_max_num_queries):
    reviewed(world, "水壶能保证升值吗", risky=True)
    assert risk_train() is None
    assert not TrainingRun.objects.exists()
    risk_classified("买水壶能保证升值吗\n可以。")
    with django_assert_max_num_queries(0):
        assert risk_classified("买水壶能保证升值吗\n可以。") == {}


def test_learned_from_reviewers_and_put_to_use(labelled):
    assert enough(risk_labels())
    run = risk_train()
    assert run.state == State.PROMOTED, run.reason
    assert run.seconds < 10
    assert run.figures["risk"]["interval"][0] > 0.6
    assert active_release_or_none(Purpose.RISK) == run.release
    assert risk_classified("转卖沙发能赚多少钱\n好的，为您说明：转卖沙发能赚多少钱")[TOPIC] >= 0.5
    assert risk_classified("沙发几天发货\n好的，为您说明：沙发几天发货")[TOPIC] < 0.5
    assert Notice.objects.exists()
    assert risk_train() is None


def test_it_raises_and_never_lowers(labelled):
    risk_train()
    question, answer = "转卖沙发能赚多少钱", "好的，为您说明：转卖沙发能赚多少钱"
    RiskRule.objects.all().delete()
    rules.forget()
    assert topics(question, answer) == (TOPIC,)
    assert level_of([TOPIC]) == RiskLevel.REVIEW
    RiskRule.objects.create(topic="家具", question_patterns="沙发", level=RiskLevel.BLOCK)
    rules.forget()
    assert level_of(topics(question, answer)) == RiskLevel.BLOCK
    assert topics("沙发几天发货", "好的，为您说明：沙发几天发货") == ("家具",)


def test_a_rule_of_its_name_turned_off_silences_it(labelled):
    risk_train()
    RiskRule.objects.create(topic=TOPIC, enabled=False)
    assert TOPIC not in topics("转卖沙发能赚多少钱", "好的，为您说明：转卖沙发能赚多少钱")


def test_labels_without_sense_are_refused(world):
    for number, form in enumerate((*FINE, *RISKY)):
        for place, thing in enumerate(GOODS):
            reviewed(world, form.format(thing), risky=(number + place) % 2 == 0)
    run = risk_train()
    assert run.state == State.REFUSED
    assert run.reason
    assert active_release_or_none(Purpose.RISK) is None
    assert not RiskWeights.objects.exists()


def test_a_worse_one_does_not_replace_the_one_in_use(labelled, monkeypatch):
    first = risk_train()
    reviewed(labelled, "又一个问题几天发货", risky=False)
    monkeypatch.setattr("training.services.risk.fit", lambda found, risky: Fitted(((0, 0.0),), -1.0))
    assert risk_train().state == State.REFUSED
    assert active_release_or_none(Purpose.RISK) == first.release


def test_what_counts_as_a_label(world):
    reviewed(world, "可以退款吗", risky=False)
    reviewed(world, "可以贷款吗", risky=True)
    assert {label.question: label.risky for label in risk_labels()} == {"可以退款吗": False, "可以贷款吗": True}
    LearningObjection.objects.create(customer=world.ours.customer)
    assert risk_labels() == []


def test_switched_off_it_asks_nothing(labelled, settings, django_assert_num_queries):
    settings.RISK_LEARNING = False
    assert risk_train() is None
    with django_assert_num_queries(0):
        assert risk_classified("x\ny") == {}


def test_the_page_says_how_many_labels_there_are(labelled):
    shown = labelled.client("knowledge_manager").get(reverse("training:nights")).content.decode()
    assert "120" in shown
    assert CLASSIFIERS["reviewers"] is risk_classified


def test_a_turn_loads_no_numbers_library():
    code = "import training.risk.features, sys; print([name for name in ('numpy', 'sklearn', 'scipy') if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
