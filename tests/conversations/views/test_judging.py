"""The search test page: which passage is right, why it stands where it stands, and as whom one searches."""

import pytest
from django.urls import reverse

from conversations.models import Question
from conversations.services import questions
from knowledge.models import SearchJudgement, SearchQuestion
from knowledge.types import SearchResult
from tests.world import question_make


@pytest.fixture
def agent(world):
    client = world.client("agent")
    client.cookies["django_language"] = "en"
    return client


def hit_of(side, **fields) -> dict:
    return {
        "chunk_id": side.chunk.pk, "document_id": side.document.pk, "base_id": side.base.pk, "document": "标题", "text": "电脑 ＡＢ 退货", "relevance": 0.4,
        "score": 1.25, "matched": ["退货"], "marks": [[0, 2], [3, 5]], "reasons": [{"key": "meaning", "value": 3.1, "points": 0.62}],
    } | fields  # fmt: skip


@pytest.fixture
def searched(world) -> Question:
    result = {"hits": [hit_of(world.ours)], "rejected": [], "reason": "", "threshold": 0.15}
    return question_make(world.people["agent"], world.ours, search_only=True, text="怎么退货", result=result)


def page_of(client, row) -> str:
    return client.get(reverse("conversations:searched", args=[row.pk])).content.decode()


def judge(client, row, chunk, grade, **headers):
    return client.post(reverse("conversations:judge", args=[row.pk]), {"chunk": chunk, "grade": grade}, headers=headers)


def test_the_page_says_why_a_passage_stands_where_it_stands(agent, searched):
    page = page_of(agent, searched)
    for word in ("<mark>电脑</mark> <mark>ＡＢ</mark> 退货", "similar in meaning", "+0.620", "1.250", 'aria-pressed="false"'):
        assert word in page


def test_what_was_rejected_stands_apart_with_the_reason(world, agent, searched):
    Question.objects.update(
        result={"hits": [], "rejected": [hit_of(world.ours, relevance=0.08)], "reason": "below_threshold", "threshold": 0.15}
    )
    page = page_of(agent, searched)
    assert "Its relevance of 8% is below the least of 15%." in page
    assert '<details class="rejected" id="rejected" open>' in page


@pytest.mark.parametrize("grade", [2, 1, 0])
def test_one_click_says_it_and_another_takes_it_back(world, agent, searched, grade):
    part = judge(agent, searched, world.ours.chunk.pk, grade, **{"hx-request": "true"}).content.decode()
    assert part.count('aria-pressed="true"') == 1
    assert "test question of" in part
    assert SearchJudgement.objects.get().grade == grade
    assert SearchJudgement.objects.get().author == world.people["agent"]
    response = judge(agent, searched, world.ours.chunk.pk, "")
    assert response.headers["Location"].endswith(f"#hit-{world.ours.chunk.pk}")
    assert not SearchJudgement.objects.exists()


def test_later_searches_show_what_is_expected(world, agent, searched):
    judge(agent, searched, world.ours.chunk.pk, 2)
    later = question_make(world.people["agent"], world.ours, search_only=True, text="怎么退货", result={"hits": [], "rejected": []})
    assert "Expected, but not found:" in page_of(agent, later)
    assert ">expected</span>" in page_of(agent, searched)


def test_only_passages_shown_are_judged(world, agent, searched):
    assert judge(agent, searched, world.theirs.chunk.pk, 2).status_code == 404
    assert judge(agent, searched, "x", 2).status_code == 400
    assert judge(agent, searched, world.ours.chunk.pk, "x").status_code == 400
    assert judge(world.client("knowledge_manager"), searched, world.ours.chunk.pk, 2).status_code == 404
    assert not SearchJudgement.objects.exists()


def test_the_question_is_saved_for_tests(world, agent, searched):
    assert "Save as a test question" in page_of(agent, searched)
    agent.post(reverse("conversations:save_question", args=[searched.pk]))
    assert SearchQuestion.objects.get().text == "怎么退货"
    assert "Save as a test question" not in page_of(agent, searched)


@pytest.mark.parametrize(("data", "internal"), [({}, True), ({"as_customer": "on"}, False)])
def test_a_search_as_a_customer_leaves_out_what_is_for_staff(world, agent, monkeypatch, data, internal):
    scopes = []
    monkeypatch.setattr(questions, "search", lambda text, scope, **options: scopes.append(scope) or SearchResult(text, ()))
    agent.post(reverse("conversations:search_test"), {"text": "怎么退货", "bases": [world.ours.base.pk]} | data)
    row = Question.objects.get()
    questions.question_run(question_id=row.pk)
    assert [scope.internal for scope in scopes] == [internal]
    assert ("as a customer" in page_of(agent, row)) is not internal


def test_the_page_needs_few_queries(world, agent, django_assert_max_num_queries):
    hits = [hit_of(world.ours) for _ in range(20)]
    row = question_make(world.people["agent"], world.ours, search_only=True, text="怎么退货", result={"hits": hits, "rejected": hits})
    judge(agent, row, world.ours.chunk.pk, 2)
    with django_assert_max_num_queries(30):
        page_of(agent, row)
