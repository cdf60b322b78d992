"""The ask page and the search test page."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from conversations.choices import QuestionState
from conversations.models import Question
from knowledge.models import WebPage, WebSource
from scrm.access.grants import revoke
from tests.world import question_make

ASK, SEARCH = reverse("conversations:ask"), reverse("conversations:search_test")


@pytest.fixture
def agent(world):
    client = world.client("agent")
    client.cookies["django_language"] = "en"
    return client


def page_of(client, row) -> str:
    return client.get(reverse("conversations:question", args=[row.pk])).content.decode()


def result_of(client, row) -> str:
    return client.get(reverse("conversations:question_result", args=[row.pk])).content.decode()


@pytest.mark.parametrize(("page", "search_only", "shown"), [(ASK, False, "question"), (SEARCH, True, "searched")])
def test_a_question_is_queued_for_a_worker(world, agent, page, search_only, shown):
    response = agent.post(page, {"text": " 怎么退货 ", "bases": [world.ours.base.pk]})
    row = Question.objects.get()
    assert response.headers["Location"] == reverse(f"conversations:{shown}", args=[row.pk])
    assert (row.text, row.search_only, row.state, list(row.bases.all())) == (
        "怎么退货",
        search_only,
        QuestionState.QUEUED,
        [world.ours.base],
    )


@pytest.mark.parametrize(("data", "status"), [({"text": ""}, 400), ({"text": "x" * 1001}, 400), ({"text": "x", "bases": []}, 400)])
def test_bad_input_is_said_on_the_page_and_kept_in_the_form(world, agent, data, status):
    response = agent.post(ASK, {"bases": [world.ours.base.pk]} | data)
    assert response.status_code == status
    assert 'role="alert"' in response.content.decode()
    assert not Question.objects.exists()


def test_a_base_without_a_grant_is_neither_offered_nor_taken(world, agent):
    assert "机密知识库" not in agent.get(ASK).content.decode()
    assert agent.post(ASK, {"text": "x", "bases": [world.theirs.base.pk]}).status_code == 404
    assert agent.post(ASK, {"text": "x", "bases": [world.ours.base.pk, world.theirs.base.pk]}).status_code == 404


def test_the_result_shows_answer_and_passages_with_matched_words(world, agent):
    page = page_of(agent, question_make(world.people["agent"], world.ours))
    for word in ("我方答复", "supported by sources", "我方标题", "我方<mark>引文</mark>", "80%"):
        assert word in page


def test_a_question_that_waits_is_polled_and_one_that_is_done_is_not(world, agent):
    row = question_make(world.people["agent"], world.ours, state=QuestionState.QUEUED, result={})
    assert "hx-get" in result_of(agent, row)
    Question.objects.filter(pk=row.pk).update(state=QuestionState.DONE)
    assert "every 500ms" not in result_of(agent, row)


def test_a_question_nobody_takes_up_says_so_after_ten_seconds(world, agent):
    row = question_make(world.people["agent"], world.ours, state=QuestionState.QUEUED, result={})
    assert "No worker has taken" not in result_of(agent, row)
    Question.objects.filter(pk=row.pk).update(created_at=timezone.now() - timedelta(seconds=11))
    assert "No worker has taken" in result_of(agent, row)


def test_a_failed_question_shows_its_cause(world, agent):
    row = question_make(world.people["agent"], world.ours, state=QuestionState.FAILED, error="模型没有装好", result={})
    assert "模型没有装好" in result_of(agent, row)


def test_questions_are_private(world, agent):
    row = question_make(world.people["user"], world.ours)
    assert agent.get(reverse("conversations:question", args=[row.pk])).status_code == 404
    assert agent.get(reverse("conversations:question_result", args=[row.pk])).status_code == 404
    assert "我方提问" not in agent.get(ASK).content.decode()


def test_a_result_goes_with_the_grant_on_its_base(world, agent):
    row = question_make(world.people["agent"], world.ours)
    revoke(actor=None, subject=world.people["agent"], container=world.ours.base)
    assert agent.get(reverse("conversations:question", args=[row.pk])).status_code == 404
    assert "我方提问" not in agent.get(ASK).content.decode()


def test_matched_words_never_become_markup(world, agent):
    hit = {"document": "<b>x</b>", "text": "<script>alert(1)</script>", "matched": ["<script>"], "relevance": 0.5}
    page = page_of(agent, question_make(world.people["agent"], world.ours, result={"answer": "<i>y</i>", "hits": [hit]}))
    for markup in ("<script>alert", "<b>x</b>", "<i>y</i>"):
        assert markup not in page


def test_without_any_base_the_page_says_what_to_do(world):
    client = world.client("outsider")
    client.cookies["django_language"] = "en"
    assert "No knowledge base yet" in client.get(ASK).content.decode()


def test_what_is_being_written_is_shown_with_its_sources(world, agent):
    document = world.ours.document
    written = {"written": "保修期为<b>两", "hits": [{"document_id": document.pk, "title": "保修说明"}]}
    row = question_make(world.people["agent"], world.ours, state=QuestionState.RUNNING, result=written)
    shown = result_of(agent, row)
    assert "保修期为&lt;b&gt;两" in shown
    assert "保修说明" in shown
    assert "not checked yet" in shown
    assert "every 500ms" in shown


@pytest.mark.parametrize(("writer", "said"), [("gemma-3-270m-local", True), ("writer-1", False)])
def test_the_small_model_of_this_machine_says_that_it_is_small(world, agent, writer, said):
    row = question_make(world.people["agent"], world.ours, state=QuestionState.DONE, result={"answer": "两年", "writer": writer})
    assert ("small model on this machine" in result_of(agent, row)) is said


def test_a_web_page_is_a_link_beside_its_passage(world, agent):
    row = question_make(world.people["agent"], world.ours)
    assert "help.example.com" not in page_of(agent, row)
    source = WebSource.objects.create(base=world.ours.base, url="https://help.example.com/returns")
    WebPage.objects.create(source=source, url=source.url, document_id=row.result["hits"][0]["document_id"])
    page = page_of(agent, row)
    assert 'href="https://help.example.com/returns"' in page
    assert 'rel="noopener noreferrer nofollow"' in page


def test_reasons_and_silent_documents_are_sentences(world, agent):
    row = question_make(world.people["agent"], world.ours, search_only=True)
    document = row.result["hits"][0]["document_id"]
    why = [{"key": "words", "values": {"words": ["退货", "运费"]}}, {"key": "above", "values": {"relevance": 80, "by": 65}}, {"key": "?"}]
    hits = [hit | {"why": why, "same": []} for hit in row.result["hits"]]
    silent = [{"document_id": document, "why": "late", "share": 0.8}, {"document_id": 0, "why": "late", "share": 0.9}]
    Question.objects.filter(pk=row.pk).update(result=row.result | {"hits": hits, "silent": silent})
    page = page_of(agent, row)
    assert "Contains words of the question: 退货、运费" in page
    assert "Relevance 80%: 65 points above the threshold" in page
    assert page.count("is outdated") == 1
