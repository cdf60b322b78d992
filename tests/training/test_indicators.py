"""Online figures by release and slice, of what the reader may see."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from conversations.choices import TurnState
from conversations.models import Citation, ReviewTask, Turn
from scrm.ai.models import Encoder, ModelRelease
from scrm.core.shares import Share
from tests.world import World, message_make, world_make
from training.indicator_selectors import SLICES, daily, lines
from training.models import Feedback, TrainingRun


@pytest.fixture
def world(db) -> World:
    world = world_make()
    Turn.objects.update(state=TurnState.SUPERSEDED)
    return world


def turn(side, state: TurnState, *, question: str = "短问", seconds: float = 2.0, said: str = "", release: int | None = None) -> Turn:
    trigger = message_make(side.conversation, "customer", question)
    row = Turn.objects.create(conversation=side.conversation, trigger=trigger, question=question, state=state, release_id=release)
    Turn.objects.filter(pk=row.pk).update(ended_at=trigger.created_at + timedelta(seconds=seconds))
    if said:
        Feedback.objects.create(turn=row, author="identity:1", value=said)
    return row


def test_each_share_counts_what_it_names(world):
    turn(world.ours, TurnState.ANSWERED, said="solved", seconds=1)
    turn(world.ours, TurnState.ANSWERED, said="unsolved", seconds=3)
    turn(world.ours, TurnState.REFUSED, seconds=2)
    turn(world.ours, TurnState.HANDED_OVER, seconds=2)
    (line,) = lines(world.people["administrator"], days=7)
    assert (line.turns, line.solved, line.disliked, line.refused, line.handed_over) == (
        4,
        Share(1, 2),
        Share(1, 2),
        Share(1, 4),
        Share(1, 4),
    )
    assert line.half_s == pytest.approx(2.0, abs=0.01)
    assert daily(world.people["administrator"], days=7) == [(timezone.localdate(), Share(2, 4), Share(1, 2))]


def test_slices_and_releases_stand_apart(world):
    active = ModelRelease.objects.filter(state="active").first()
    turn(world.ours, TurnState.ANSWERED, question="这是一个非常非常长的问题，超过十五个字", release=active.pk if active else 7)
    turn(world.ours, TurnState.REFUSED, release=99)
    found = lines(world.people["administrator"], days=7, by="length")
    assert {(line.slice, line.turns, line.refused.part) for line in found} == {("long", 1, 0), ("short", 1, 1)}


def test_slices_by_base_topic_and_how_often(world):
    admin = world.people["administrator"]
    cited = turn(world.ours, TurnState.ANSWERED, question="保修多久")
    Citation.objects.create(turn=cited, number=1, document=world.ours.document, title="保修", quote="两年", start=0, end=2)
    risky = turn(world.ours, TurnState.ANSWERED, question="能退款吗")
    ReviewTask.objects.create(turn=risky, topics=["退款", "投诉"], draft="可以", due_at=timezone.now(), state="approved")
    turn(world.ours, TurnState.REFUSED, question="保修多久")
    turn(world.theirs, TurnState.REFUSED, question="能退款吗")
    agent = lines(world.people["agent"], days=7, by="asked")
    assert {line.slice: line.turns for line in agent} == {"often": 2, "once": 1}  # what they may not see does not count
    Turn.objects.filter(conversation=world.theirs.conversation).delete()
    sliced = {by: {line.slice: line.turns for line in lines(admin, days=7, by=by)} for by in ("base", "topic", "asked")}
    assert sliced["base"] == {world.ours.base.name: 1, "–": 2}
    assert sliced["topic"] == {"退款": 1, "–": 2}
    assert sliced["asked"] == {"often": 2, "once": 1}
    page = world.client("administrator")
    for by in SLICES:
        assert page.get(reverse("training:indicators"), {"by": by}).status_code == 200


def test_the_release_on_trial_and_the_one_before_are_marked(world):
    admin, facts = world.people["administrator"], {"purpose": "embedding", "settings": {}}
    encoder = Encoder.objects.create(kind="openai", source="openai:a", fingerprint="a" * 64, dimensions=8, max_tokens=512)
    facts |= {"passage_encoder": encoder, "query_encoder": encoder}
    active = ModelRelease.objects.create(name="现用版", state="active", activated_at=timezone.now(), **facts)
    before = ModelRelease.objects.create(name="前一版", state="retired", activated_at=timezone.now(), **facts)
    trial = ModelRelease.objects.create(name="试用版", state="ready", **facts)
    TrainingRun.objects.create(state=TrainingRun.State.CANARY, release=trial)
    for number in (before.pk, active.pk, trial.pk, 999):
        turn(world.ours, TurnState.ANSWERED, release=number)
    assert [line.role for line in lines(admin, days=7)] == ["active", "trial", "before", ""]
    page = world.client("administrator").get(reverse("training:indicators")).content.decode()
    assert all(mark in page for mark in ("试用中", "前一个版本", "使用中"))


def test_only_what_the_reader_may_see_counts(world):
    turn(world.theirs, TurnState.REFUSED)
    assert lines(world.people["knowledge_manager"], days=7) == []
    assert lines(world.people["administrator"], days=7)[0].turns == 1


def test_the_interval_is_wilsons():
    assert (Share(0, 10).low, Share(0, 10).high) == pytest.approx((0.0, 0.2775), abs=1e-3)
    assert (Share(0, 0).low, Share(0, 0).high) == (0.0, 1.0)


def test_the_page_asks_little_however_many_turns(world, django_assert_max_num_queries):
    client = world.client("administrator")
    for number in range(12):
        turn(world.ours, TurnState.ANSWERED, said="solved", release=number)
    client.get(reverse("training:indicators"))
    with django_assert_max_num_queries(25):
        page = client.get(reverse("training:indicators") + "?days=7&by=account")
    assert page.status_code == 200
    assert "night-day" in page.content.decode()


def test_without_turns_it_says_so(world):
    page = world.client("administrator").get(reverse("training:indicators") + "?days=x&by=y&account=99999999999999999999")
    assert (page.status_code, "night-day" in page.content.decode()) == (200, False)
