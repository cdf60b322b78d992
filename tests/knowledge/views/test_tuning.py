"""The weights page: tried first, applied then; test questions with their ranks."""

import pytest
from django.urls import reverse

from knowledge.choices import TrialState
from knowledge.models import KnowledgeBase, SearchQuestion, TuningTrial
from knowledge.services.judgements import judgement_set
from knowledge.services.trials import trial_run


@pytest.fixture
def chunk(base, upload):
    return upload("退货.md", "签收七天内可以申请退货，商品需要保持完好。").version.chunks.get()


@pytest.fixture
def manager(client, person, base):
    client.cookies["django_language"] = "en"
    user = person("knowledge_manager", base)
    client.force_login(user)
    return user


def page(client, base, query: str = "") -> str:
    return client.get(reverse("knowledge:tuning", args=[base.pk]) + query).content.decode()


def post(client, name: str, pk: int, **data):
    return client.post(reverse(f"knowledge:{name}", args=[pk]), data)


def test_without_test_questions_it_says_how_to_add_some(client, manager, base):
    assert "No test questions yet" in page(client, base)
    post(client, "test_question_add", base.pk, text="怎么退货")
    assert "none named yet" in page(client, base)
    assert "No question has a right passage yet" in page(client, base)


def test_sliders_are_tried_shown_and_applied(client, manager, base, chunk):
    judgement_set(actor=manager, chunk_id=chunk.pk, text="怎么退货", grade=2)
    response = post(client, "tuning_trial", base.pk, threshold="0.9", words="2")
    trial = TuningTrial.objects.get()
    assert trial.weights == {"threshold": 0.9, "words": 2.0}
    assert "hx-get" in client.get(reverse("knowledge:trial_result", args=[trial.pk])).content.decode()
    trial_run(trial_id=trial.pk)
    shown = client.get(response.headers["Location"]).content.decode()
    for word in ('value="0.9"', "#1 →", "below the threshold", "1 worse", "-1.000"):
        assert word in shown, word
    assert KnowledgeBase.objects.get(pk=base.pk).tuning == {}
    post(client, "tuning_apply", base.pk, threshold="0.9", words="2")
    assert KnowledgeBase.objects.get(pk=base.pk).tuning == {"threshold": 0.9, "words": 2.0}
    assert "measured against other weights" in page(client, base)
    post(client, "tuning_apply", base.pk, what="reset", **{"seen-threshold": "0.9", "seen-words": "2"})
    assert KnowledgeBase.objects.get(pk=base.pk).tuning == {}


def test_a_failed_trial_says_why(client, manager, base):
    SearchQuestion.objects.create(base=base, text="怎么退货")
    row = TuningTrial.objects.create(base=base, state=TrialState.FAILED, error="模型没有装好")
    assert "模型没有装好" in page(client, base, f"?trial={row.pk}")


@pytest.mark.parametrize("value", ["nan", "-1", "1e9", "x", "٣", "9" * 30])
def test_what_is_no_weight_is_left_as_shipped(client, manager, base, value):
    post(client, "tuning_apply", base.pk, words=value)
    assert KnowledgeBase.objects.get(pk=base.pk).tuning == {}


def test_others_look_and_do_not_touch(client, person, base, chunk, manager):
    judgement_set(actor=manager, chunk_id=chunk.pk, text="怎么退货", grade=2)
    client.force_login(person("agent", base))
    shown = page(client, base)
    assert "怎么退货" in shown
    assert "Apply" not in shown
    assert shown.count('type="range"') == shown.count(" disabled>")
    client.force_login(person("knowledge_manager"))
    assert client.get(reverse("knowledge:tuning", args=[base.pk])).status_code == 404


def test_the_page_needs_few_queries(client, manager, base, chunk, django_assert_max_num_queries):
    for number in range(30):
        judgement_set(actor=manager, chunk_id=chunk.pk, text=f"问题{number}", grade=2)
    with django_assert_max_num_queries(30):
        page(client, base)
