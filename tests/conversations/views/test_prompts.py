"""Pages of prompts: what an administrator sees, does, and is told when nothing can be done."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.urls import reverse

from conversations.choices import PromptState
from conversations.models import PromptTrial, PromptVersion
from conversations.services.prompts import prompt_draft, prompt_publish
from knowledge.models import SearchQuestion

TEXT = "只看检索内容。句末写[编号]。不够时只回复{refusal}。"


@pytest.fixture
def admin(world):
    client = world.client("administrator")
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def draft(db):
    return prompt_draft(actor=None, kind="answer", text=TEXT + "一\n二")


def page(client, name: str, *args, **query):
    return client.get(reverse(f"conversations:{name}", args=args), query)


@pytest.fixture
def connected(settings):
    settings.CHAT_MODEL, settings.OPENAI_BASE_URL = "writer-1", "http://127.0.0.1:9/v1"


def test_the_list_asks_no_more_with_more_versions(draft, admin, django_assert_max_num_queries):
    for _each in range(3):
        prompt_publish(actor=None, prompt=prompt_draft(actor=None, kind="answer", text=TEXT))
    with django_assert_max_num_queries(12):
        assert page(admin, "prompts").status_code == 200


def test_without_a_model_the_page_says_what_to_set(draft, admin):
    text = page(admin, "prompt", draft.pk).content.decode()
    assert "SCRM_CHAT_MODEL" in text
    assert 'name="questions"' not in text


def test_saved_questions_of_the_base_are_offered_and_kept_when_refused(draft, admin, world, connected):
    row = SearchQuestion.objects.create(base=world.ours.base, text="保修多久")
    SearchQuestion.objects.create(base=world.ours.base, text="只有标签", asked=False)
    text = page(admin, "prompt", draft.pk, base=world.ours.base.pk).content.decode()
    assert f'value="{row.pk}" checked' in text
    assert "只有标签" not in text
    told = admin.post(reverse("conversations:prompt_try", args=[draft.pk]), {"base": world.ours.base.pk})
    assert (told.status_code, f'value="{row.pk}" checked' in told.content.decode()) == (400, False)


def test_any_two_versions_are_compared(draft, admin):
    other = prompt_draft(actor=None, kind="answer", text=TEXT + "一\n三")
    text = page(admin, "prompt", draft.pk, **{"with": other.number}).content.decode()
    assert f"What differs from version {other.number}" in text
    assert "<ins>" in text
    assert "What differs from version 0" in page(admin, "prompt", draft.pk).content.decode()


@pytest.mark.parametrize("wanted", ["99", "x", "-1", "9" * 30])
def test_a_version_that_is_none_is_no_error_of_ours(draft, admin, wanted):
    assert page(admin, "prompt", draft.pk, **{"with": wanted}).status_code in (200, 404)


def test_who_may_write_drafts_may_not_put_them_in_force(draft, admin):
    Group.objects.get(name="administrator").permissions.remove(Permission.objects.get(codename="publish_promptversion"))
    text = page(admin, "prompt", draft.pk).content.decode()
    shown = [reverse(f"conversations:{name}", args=[draft.pk]) in text for name in ("prompt_publish", "prompt_edit")]
    assert shown == [False, True]
    assert admin.post(reverse("conversations:prompt_publish", args=[draft.pk])).status_code == 403
    assert PromptVersion.objects.get(pk=draft.pk).state == PromptState.DRAFT


def test_a_trial_shows_both_answers_with_verdicts_and_totals(draft, admin, world):
    def side(text, supported):
        sentence = {"text": text, "supported": supported, "why": "" if supported else "words", "detail": "", "number": 1, "scores": {}}
        return {
            "answer": text, "asks": "", "writer": "writer-1", "refused": False, "fell_back": False, "failed": False, "suspicious": False,
            "outcome": "answer", "reason": "", "sentences": [sentence], "cut": int(not supported), "seconds": 1.5, "tokens": 900, "replies": 1,
        }  # fmt: skip

    rows = [{"question": "保修多久", "before": side("保修两年", True), "after": side("终身保修", False)}]
    trial = PromptTrial.objects.create(
        prompt=draft, text="改前", base=world.ours.base, questions=["保修多久"], created_by=world.people["administrator"], state="done",
        result={"rows": rows},
    )  # fmt: skip
    text = page(admin, "prompt_trial", trial.pk).content.decode()
    for said in ("保修两年", "<s>终身保修</s>", "900 tokens", "1 answer differs", "The draft was changed after this trial"):
        assert said in text, said
