import json

import pytest
from django.core.management import CommandError, call_command

from conversations.choices import QuestionState
from conversations.models import Question
from conversations.selectors import result_readable
from conversations.services import questions, writing
from conversations.services.questions import question_ask, question_run, questions_waiting
from knowledge.ingestion.bulk import load_documents
from knowledge.models import DocumentVersion, KnowledgeBase, WebPage, WebSource
from scrm.access.grants import grant, revoke
from scrm.ai.models import ModelRelease
from scrm.audit.models import AuditEntry
from scrm.core.errors import Invalid, NotAllowed, NotFound


@pytest.fixture
def base(account) -> KnowledgeBase:
    return account.bases.get()


@pytest.fixture
def asker(agent, base):
    grant(actor=None, subject=agent, container=base)
    return agent


def asked(actor, base, text="保温杯保修期多久？", **options) -> Question:
    return question_ask(actor=actor, base_ids=[base.pk], text=text, **options)


def test_an_answer_with_citations_and_the_hits_behind_it(asker, base):
    question = asked(asker, base)
    question_run(question_id=question.pk)
    question.refresh_from_db()
    result = question.result
    assert (question.state, result["refused"], result["verdict"]) == (QuestionState.DONE, False, "supported")
    assert "两年" in result["answer"]
    assert {"number", "document", "document_id", "version_id", "page", "heading", "quote", "start", "end"} <= set(result["citations"][0])
    assert {"vector_rank", "vector_score", "lexical_rank", "lexical_score", "matched", "relevance"} <= set(result["hits"][0])
    assert result["timings_ms"]["total"] > 0


def test_an_answer_is_written_into_the_log_with_what_it_came_from(asker, base):
    question = asked(asker, base)
    question_run(question_id=question.pk)
    entry = AuditEntry.objects.get(action="question.answered")
    question.refresh_from_db()
    assert (entry.actor, entry.subject_id) == (asker.username, str(question.pk))
    assert entry.detail == {
        "verdict": "supported",
        "writer": "extractive",
        "endpoints": [],
        "prompt": "",
        "release": ModelRelease.objects.get(state="active").pk,
        "versions": sorted({row["version_id"] for row in question.result["citations"]}),
    }
    assert "保温杯" not in str(entry.detail)


def test_search_only_gives_hits(asker, base):
    question = asked(asker, base, search_only=True)
    question_run(question_id=question.pk)
    question.refresh_from_db()
    assert question.result["hits"]
    assert "answer" not in question.result
    assert not AuditEntry.objects.filter(action__startswith="question.").exists()
    assert {why["key"] for hit in question.result["hits"] for why in hit["why"]} >= {"words", "above"}
    assert question.result["silent"] == []


def test_a_passage_found_shows_the_section_around_it(asker, base):
    load_documents(base, [("手册", "", "".join(f"第{each}批玻璃杯由{each}号网点负责维修和登记，需要在七天内办完。" for each in range(40)))])
    question = asked(asker, base, "玻璃杯由哪个网点负责维修", search_only=True)
    question_run(question_id=question.pk)
    question.refresh_from_db()
    hit = next(hit for hit in question.result["hits"] if hit["document"] == "手册")
    section = hit["section"]
    text = DocumentVersion.objects.get(pk=hit["version_id"]).text
    assert section["before"] + hit["text"] + section["after"] == text[section["start"] : section["end"]]
    assert section["before"] + section["after"]


def test_a_base_without_a_grant_does_not_exist(agent, base):
    with pytest.raises(NotFound):
        asked(agent, base)


def test_a_grant_taken_back_meanwhile_counts(asker, base):
    question = asked(asker, base)
    revoke(actor=None, subject=asker, container=base)
    question_run(question_id=question.pk)
    question.refresh_from_db()
    assert (question.result["refused"], question.result["hits"]) == (True, [])


@pytest.mark.parametrize("text", [" ", "问" * 1001])
def test_empty_and_endless_questions_are_refused(asker, base, text):
    with pytest.raises(Invalid):
        asked(asker, base, text)


def test_no_base_is_refused(asker):
    with pytest.raises(Invalid):
        question_ask(actor=asker, base_ids=[], text="在吗？")


def test_asking_is_a_right(db, account):
    from django.contrib.auth.models import AnonymousUser

    with pytest.raises(NotAllowed):
        asked(AnonymousUser(), account.bases.get())


def test_a_question_is_run_once_and_abandoned_ones_are_found(asker, base):
    question = asked(asker, base)
    assert questions_waiting() == [question.pk]
    question_run(question_id=question.pk)
    Question.objects.update(result={})
    question_run(question_id=question.pk)
    question.refresh_from_db()
    assert (question.result, questions_waiting()) == ({}, [])
    Question.objects.update(state=QuestionState.RUNNING, lease_until="2026-01-01T00:00:00Z")
    assert questions_waiting() == [question.pk]


def test_a_search_that_fails_says_why(asker, base):
    question = asked(asker, base, search_only=True)
    ModelRelease.objects.all().delete()
    question_run(question_id=question.pk)
    question.refresh_from_db()
    assert question.state == QuestionState.FAILED
    assert "model_prepare" in question.error


def test_ask_prints_one_json_object(base, capsys):
    call_command("ask", "保温杯保修期多久？", "--base", base.name, "--json")
    printed = json.loads(capsys.readouterr().out)
    assert {"answer", "refused", "verdict", "citations", "timings_ms"} <= set(printed)
    assert set(printed["citations"][0]) == {"document", "page", "heading", "quote"}
    assert printed["citations"][0]["document"] == "保温杯说明书"


def test_ask_names_the_unknown_base(base):
    with pytest.raises(CommandError, match="没有这个库"):
        call_command("ask", "在吗？", "--base", "没有这个库")


def test_an_answer_is_told_while_it_is_written_and_checked_at_the_end(asker, base, endpoint, settings, monkeypatch):
    settings.CHAT_MODEL, endpoint.reply = endpoint.chat_model, "保温杯的保修期为两年。附近有外星人。"
    monkeypatch.setattr(writing, "TOLD_EVERY_S", 0)
    question, heard = asked(asker, base), []
    monkeypatch.setattr(questions, "written_into", lambda rows, real=writing.written_into: _noting(real(rows), question, heard))
    question_run(question_id=question.pk)
    question.refresh_from_db()
    assert [each["written"] for each in heard[:2]] == ["保温杯", "保温杯的保修"]
    assert heard[-1]["written"] == endpoint.reply
    assert heard[0]["hits"][0].keys() == {"document_id", "title"}
    assert "两年" in question.result["answer"]
    assert "外星人" not in question.result["answer"]


def _noting(tell, row, heard):
    """What a page that asks after every piece would see."""

    def told(text, hits):
        tell(text, hits)
        heard.append(Question.objects.get(pk=row.pk).result)

    return told


def test_what_came_from_a_web_page_names_its_address(asker, base):
    question = asked(asker, base)
    question_run(question_id=question.pk)
    question.refresh_from_db()
    cited = question.result["citations"][0]["document_id"]
    source = WebSource.objects.create(base=base, url="https://help.example.com/cup")
    WebPage.objects.create(source=source, url=source.url, document_id=cited)
    result = result_readable(asker, question)
    assert {row["web_url"] for row in result["citations"] if row["document_id"] == cited} == {source.url}
    assert {row["web_url"] for row in result["hits"] if row["document_id"] != cited} <= {""}
