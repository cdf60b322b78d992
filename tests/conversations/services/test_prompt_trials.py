"""A wording tried beside the one in force: both ask the endpoint, nothing else notices."""

import pytest

from conversations.choices import PromptTrialState
from conversations.models import CachedAnswer, CacheUse, PromptTrial
from conversations.services.prompt_trials import (
    MOST,
    prompt_trial_again,
    prompt_trial_cancel,
    prompt_trial_run,
    prompt_trials_waiting,
    prompt_try,
)
from conversations.services.prompts import prompt_draft, prompt_publish
from knowledge.models import SearchQuestion
from scrm.access.services import user_create
from scrm.core.errors import Conflict, Invalid
from tests.conversations.shop import shop_base

TEXT = "只看检索内容。句末写[编号]。不够时只回复{refusal}。"
QUESTION = "保温杯保修期多久？"


@pytest.fixture
def base(transactional_db, release, settings, endpoint):
    settings.CHAT_MODEL, settings.ANSWER_CACHE = endpoint.chat_model, True
    return shop_base()


@pytest.fixture
def draft(base):
    return prompt_draft(actor=None, kind="answer", text=TEXT)


@pytest.fixture
def admin(transactional_db):
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
    assert {"answer", "refused", "cut", "seconds"} <= trial.result["rows"][0]["after"].keys()
    assert not CachedAnswer.objects.exists()
    assert not CacheUse.objects.exists()


def test_the_comparison_is_with_what_was_in_force_when_it_began(admin, base, draft, endpoint):
    prompt_publish(actor=None, prompt=prompt_draft(actor=None, kind="answer", text=TEXT + "旧版。"))
    trial = prompt_try(actor=admin, prompt=draft, base_id=base.pk, lines=[QUESTION])
    prompt_publish(actor=None, prompt=draft)
    finished(trial)
    assert ["旧版" in text for text in rules(endpoint)] == [True, False]


def test_saved_questions_are_asked_when_none_is_written(admin, base, draft):
    SearchQuestion.objects.create(base=base, text=QUESTION)
    SearchQuestion.objects.create(base=base, text="只有标签", asked=False)
    assert prompt_try(actor=admin, prompt=draft, base_id=base.pk).questions == [QUESTION]


def test_personal_data_in_a_question_is_masked(admin, base, draft):
    trial = prompt_try(actor=admin, prompt=draft, base_id=base.pk, lines=["我的手机13912345678，保修多久"])
    assert "13912345678" not in str(trial.questions)


def test_a_follow_up_is_asked_with_what_was_said_before(admin, base, endpoint):
    rewrite = prompt_draft(actor=None, kind="rewrite", text="把追问补全。")
    endpoint.reply = "保温杯的运费谁承担"
    trial = finished(prompt_try(actor=admin, prompt=rewrite, base_id=base.pk, lines=["保温杯可以退货吗 => 那运费呢"]))
    assert trial.result["rows"][0]["after"]["asks"]


@pytest.mark.parametrize("lines", [[], ["问"] * (MOST + 1)])
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
