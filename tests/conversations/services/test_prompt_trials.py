"""A wording tried beside the one in force: both ask the endpoint, nothing else notices."""

from datetime import timedelta

import pytest
from django.utils import timezone

from conversations.choices import PromptTrialState
from conversations.models import CachedAnswer, CacheUse, PromptTrial, PromptVersion
from conversations.prompt_selectors import prompt_tried
from conversations.services.prompt_trials import (
    ATTEMPTS,
    MOST,
    _claimed,
    _put,
    left_alone,
    prompt_opponent,
    prompt_trial_again,
    prompt_trial_cancel,
    prompt_trial_run,
    prompt_trials_waiting,
    prompt_try,
)
from conversations.services.prompts import prompt_draft, prompt_edit, prompt_publish
from knowledge.models import KnowledgeBase, SearchQuestion
from scrm.access.services import user_create
from scrm.core.errors import Conflict, Invalid
from tests.conversations.shop import shop_base

TEXT = "只看检索内容。句末写[编号]。不够时只回复{refusal}。"
QUESTION = "保温杯保修期多久？"


@pytest.fixture
def base(db, release, settings, endpoint):
    settings.CHAT_MODEL, settings.ANSWER_CACHE = endpoint.chat_model, True
    return shop_base()


@pytest.fixture
def draft(base):
    return prompt_draft(actor=None, kind="answer", text=TEXT)


@pytest.fixture
def admin(db):
    return user_create(actor=None, username="boss", password="x", role="administrator")


def finished(trial: PromptTrial) -> PromptTrial:
    while trial.state == PromptTrialState.QUEUED:
        prompt_trial_run(trial_id=trial.pk)
        trial.refresh_from_db()
    return trial


def rules(endpoint) -> list[str]:
    return [request["messages"][0]["content"] for request in endpoint.requests if "messages" in request]


def test_both_wordings_answer_and_nothing_is_kept(admin, base, draft, endpoint):
    endpoint.reply = "保修期为两年[1]。"
    trial = finished(prompt_try(actor=admin, prompt=draft, base_id=base.pk, lines=[QUESTION, "  "]))
    assert (trial.state, trial.against, [row["question"] for row in trial.result["rows"]]) == (PromptTrialState.DONE, 0, [QUESTION])
    assert [text.startswith("只看检索内容") for text in rules(endpoint)] == [False, True]
    after = trial.result["rows"][0]["after"]
    assert (after["tokens"], after["replies"], len(after["sentences"])) == (19, 1, 1)
    assert not CachedAnswer.objects.exists()
    assert not CacheUse.objects.exists()


def test_the_comparison_is_with_what_was_in_force_when_it_began(admin, base, draft, endpoint):
    prompt_publish(actor=None, prompt=prompt_draft(actor=None, kind="answer", text=TEXT + "旧版。"))
    trial = prompt_try(actor=admin, prompt=draft, base_id=base.pk, lines=[QUESTION])
    prompt_publish(actor=None, prompt=draft)
    finished(trial)
    assert ["旧版" in text for text in rules(endpoint)] == [True, False]


def test_chosen_saved_questions_are_asked_before_written_ones_and_each_once(admin, base, draft):
    first = SearchQuestion.objects.create(base=base, text=QUESTION)
    SearchQuestion.objects.create(base=base, text="没有选")
    label = SearchQuestion.objects.create(base=base, text="只有标签", asked=False)
    trial = prompt_try(actor=admin, prompt=draft, base_id=base.pk, lines=["能退货吗", QUESTION], saved=[first.pk, label.pk])
    assert trial.questions == [QUESTION, "能退货吗"]


def test_saved_questions_of_another_base_are_not_asked(admin, base, draft):
    foreign = SearchQuestion.objects.create(base=KnowledgeBase.objects.create(name="别的库"), text="别的库的问题")
    with pytest.raises(Invalid):
        prompt_try(actor=admin, prompt=draft, base_id=base.pk, saved=[foreign.pk])


def test_personal_data_in_a_question_is_masked(admin, base, draft):
    trial = prompt_try(actor=admin, prompt=draft, base_id=base.pk, lines=["我的手机13912345678，保修多久"])
    assert "13912345678" not in str(trial.questions)


def test_a_follow_up_is_asked_with_what_was_said_before(admin, base, endpoint):
    rewrite = prompt_draft(actor=None, kind="rewrite", text="把追问补全。")
    endpoint.reply = "保温杯的运费谁承担"
    trial = finished(prompt_try(actor=admin, prompt=rewrite, base_id=base.pk, lines=["保温杯可以退货吗 => 那运费呢"]))
    assert trial.result["rows"][0]["after"]["asks"]


@pytest.mark.parametrize("lines", [[], [f"问题{n}" for n in range(MOST + 1)]])
def test_no_question_and_too_many_are_refused(admin, base, draft, lines):
    with pytest.raises(Invalid):
        prompt_try(actor=admin, prompt=draft, base_id=base.pk, lines=lines)


def test_without_an_endpoint_there_is_nothing_to_try(admin, base, draft, settings):
    settings.CHAT_MODEL = ""
    with pytest.raises(Invalid, match="SCRM_CHAT_MODEL"):
        prompt_try(actor=admin, prompt=draft, base_id=base.pk, lines=[QUESTION])


def test_a_cancelled_trial_stops_keeps_its_answers_and_goes_on_when_asked(admin, base, draft):
    trial = prompt_try(actor=admin, prompt=draft, base_id=base.pk, lines=[QUESTION, "能退货吗"])
    prompt_trial_run(trial_id=trial.pk)
    assert prompt_trial_cancel(actor=admin, trial=trial)
    prompt_trial_run(trial_id=trial.pk)
    trial.refresh_from_db()
    assert (trial.state, len(trial.result["rows"])) == (PromptTrialState.CANCELLED, 1)
    prompt_trial_again(actor=admin, trial=trial)
    with pytest.raises(Conflict):
        prompt_trial_again(actor=admin, trial=trial)
    assert prompt_trials_waiting() == [trial.pk]
    trial.refresh_from_db()
    assert [row["question"] for row in finished(trial).result["rows"]] == [QUESTION, "能退货吗"]


def test_what_is_tried_is_the_draft_as_it_stood(admin, base, draft, endpoint):
    trial = prompt_try(actor=admin, prompt=draft, base_id=base.pk, lines=[QUESTION])
    assert not prompt_tried(draft)
    edited = prompt_edit(actor=admin, prompt=draft, text=TEXT + "改过。")
    finished(trial)
    assert not any("改过" in text for text in rules(endpoint))
    assert (prompt_tried(draft), prompt_tried(edited)) == (True, False)


def test_the_one_in_force_is_compared_with_the_one_before(admin, base):
    old, new = (prompt_draft(actor=None, kind="answer", text=TEXT + each) for each in ("旧", "新"))
    prompt_publish(actor=None, prompt=old)
    assert prompt_opponent(PromptVersion.objects.get(pk=old.pk)) == 0
    prompt_publish(actor=None, prompt=new)
    assert prompt_opponent(PromptVersion.objects.get(pk=new.pk)) == old.number
    assert prompt_opponent(PromptVersion.objects.get(pk=old.pk)) == new.number


def test_questions_that_the_model_left_alone_are_asked_again(admin, base, draft, endpoint, settings):
    trial = prompt_try(actor=admin, prompt=draft, base_id=base.pk, lines=[QUESTION, "能退货吗"])
    settings.CHAT_MODEL = "gone"
    prompt_trial_run(trial_id=trial.pk)
    settings.CHAT_MODEL = endpoint.chat_model
    trial.refresh_from_db()
    finished(trial)
    assert [left_alone(row) for row in trial.result["rows"]] == [True, False]
    kept = trial.result["rows"][1]
    prompt_trial_again(actor=admin, trial=trial)
    trial.refresh_from_db()
    finished(trial)
    assert [left_alone(row) for row in trial.result["rows"]] == [False, False]
    assert trial.result["rows"][1] == kept
    with pytest.raises(Conflict):
        prompt_trial_again(actor=admin, trial=trial)


def test_a_worker_that_lost_its_lease_changes_nothing(admin, base, draft):
    """It wakes up after another worker has taken the question."""
    trial = prompt_try(actor=admin, prompt=draft, base_id=base.pk, lines=[QUESTION])
    slow = _claimed(trial.pk)
    assert _claimed(trial.pk) is None
    PromptTrial.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    quick = _claimed(trial.pk)
    assert not _put(slow, PromptTrialState.FAILED, error="late")
    assert _put(quick, PromptTrialState.DONE)


def test_a_question_over_which_workers_die_ends_the_trial(admin, base, draft):
    trial = prompt_try(actor=admin, prompt=draft, base_id=base.pk, lines=[QUESTION])
    for _time in range(ATTEMPTS):
        assert _claimed(trial.pk)
        PromptTrial.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    prompt_trial_run(trial_id=trial.pk)
    trial.refresh_from_db()
    assert (trial.state, bool(trial.error)) == (PromptTrialState.FAILED, True)
