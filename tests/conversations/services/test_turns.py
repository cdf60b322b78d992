import json

import pytest

from conversations.choices import ConversationState, Holder, OutboundState, TurnState
from conversations.models import ReviewTask, Turn
from conversations.services import turns
from conversations.services.handover import conversation_hand_back, conversation_take_over
from conversations.services.replies import work_out
from conversations.services.turns import turn_claim, turn_end, turn_run
from conversations.turn_selectors import turns_waiting
from knowledge.models import Document, DocumentVersion
from scrm.ai.models import ModelRelease
from scrm.audit.models import AuditEntry


def test_a_question_is_answered_with_its_source_and_a_rating_menu(conversation, write, said, settings):
    asked = write("保温杯保修期多久？")
    turn_run(conversation_id=conversation.pk)
    turn, words = Turn.objects.get(), said()
    assert (turn.state, turn.verdict, turn.writer) == (TurnState.ANSWERED, "supported", "extractive")
    assert "保修期为两年" in words[0]
    assert "《保温杯说明书》" in words[0]
    assert words[1] == settings.FEEDBACK_HEAD
    assert [item["id"] for item in conversation.outbound.last().payload["items"]] == [
        f"fb_{turn.pk}_1",
        f"fb_{turn.pk}_0",
        f"human_{turn.pk}",
    ]
    assert [entry["step"] for entry in turn.trace] == ["redact", "intent", "understand", "cache", "retrieve", "answer", "check", "risk"]
    assert turn.timings_ms["total"] > 0
    conversation.refresh_from_db()
    assert conversation.answered_up_to == asked.pk
    logged = AuditEntry.objects.get(action="turn.answered", subject_id=str(turn.pk)).detail
    assert (logged["conversation"], logged["verdict"], logged["writer"], logged["prompt"]) == (
        conversation.pk,
        "supported",
        "extractive",
        "",
    )
    assert (logged["release"], logged["versions"]) == (turn.release_id, [turn.citations.get().version_id])


def test_citations_are_the_documents_own_words(conversation, write):
    write("保温杯保修期多久？")
    turn_run(conversation_id=conversation.pk)
    for citation in Turn.objects.get().citations.all():
        assert DocumentVersion.objects.get(pk=citation.version_id).text[citation.start : citation.end] == citation.quote


def test_a_quoted_document_was_used_today(conversation, write, django_capture_on_commit_callbacks):
    write("保温杯保修期多久？")
    with django_capture_on_commit_callbacks(execute=True):
        turn_run(conversation_id=conversation.pk)
    quoted = set(Turn.objects.get().citations.values_list("document_id", flat=True))
    assert set(Document.objects.exclude(last_used_at=None).values_list("pk", flat=True)) == quoted != set()


def test_personal_data_is_nowhere_in_the_stored_turn(conversation, write):
    write("我的手机13812345678，身份证110101199003077758，保温杯保修期多久？")
    turn_run(conversation_id=conversation.pk)
    turn = Turn.objects.get()
    stored = json.dumps([turn.question, turn.answer, turn.trace, turn.reason], ensure_ascii=False)
    assert "13812345678" not in stored
    assert "110101199003077758" not in stored
    assert "<手机号_1>" in turn.question


def test_several_messages_are_answered_in_one_turn_each_once_and_in_order(conversation, write, said):
    for text in ("你好", "保温杯保修期多久？", "几天内可以无理由退货？"):
        last = write(text)
    turn_run(conversation_id=conversation.pk)
    turn_run(conversation_id=conversation.pk)
    words = said()
    assert Turn.objects.get().trigger == last
    assert "两年" in words[0]
    assert "7天" in words[1]
    assert len(words) == 3


def test_a_question_spread_over_messages_is_understood(conversation, write, said):
    write("星河保温杯 AB-1203")
    write("容量是多少")
    turn_run(conversation_id=conversation.pk)
    assert "480毫升" in "".join(said())


def test_unknown_is_refused_and_offered_to_a_person(conversation, write, said, settings):
    write("贵公司的董事长是谁")
    turn_run(conversation_id=conversation.pk)
    conversation.refresh_from_db()
    assert said() == [f"{settings.REFUSAL_TEXT}，{settings.REFUSAL_FOLLOW_UP}"]
    assert (Turn.objects.get().state, conversation.holder) == (TurnState.REFUSED, Holder.WAITING)
    assert conversation.handover_reason


def test_until_a_person_comes_the_bot_goes_on(conversation, write, said):
    write("贵公司的董事长是谁")
    turn_run(conversation_id=conversation.pk)
    write("保温杯多少钱？")
    turn_run(conversation_id=conversation.pk)
    conversation.refresh_from_db()
    assert Turn.objects.first().state == TurnState.ANSWERED
    assert (len(said()), conversation.holder) == (3, Holder.WAITING)


def test_a_greeting_is_answered_without_a_search(conversation, write, said, settings):
    write("你好")
    turn_run(conversation_id=conversation.pk)
    assert said() == [settings.GREETING_TEXT]
    assert [entry["step"] for entry in Turn.objects.get().trace] == ["redact", "intent"]


@pytest.mark.parametrize("message", [{"text": "转人工"}, {"text": "转人工", "menu_id": "human_7"}, {"text": "我要人工客服！"}])
def test_asking_for_a_person_hands_over_at_once(conversation, write, said, settings, message):
    write(**message)
    turn_run(conversation_id=conversation.pk)
    conversation.refresh_from_db()
    assert said() == [settings.HANDOVER_TEXT]
    assert (conversation.holder, Turn.objects.get().state) == (Holder.WAITING, TurnState.HANDED_OVER)


def test_a_picture_is_offered_to_a_person(conversation, write, said, settings):
    write("[图片]", kind="image", payload={"media_id": "m"})
    turn_run(conversation_id=conversation.pk)
    conversation.refresh_from_db()
    assert (said(), conversation.holder) == ([settings.MEDIA_TEXT], Holder.WAITING)


def test_a_risky_answer_waits_for_review(conversation, write, said, settings):
    write("保温杯坏了你们赔偿吗，保修期为两年吗")
    turn_run(conversation_id=conversation.pk)
    task = ReviewTask.objects.get()
    assert (Turn.objects.get().state, said(), task.topics) == (TurnState.IN_REVIEW, [settings.REVIEW_TEXT], ["赔偿承诺"])
    assert "保修期为两年" in task.draft


@pytest.mark.parametrize("question", ["保温杯多少钱？", "几天内可以无理由退货？", "保温杯保修期多久？", "偏远地区运费多少钱？"])
def test_prices_and_return_rules_of_a_document_go_out(conversation, write, question):
    write(question)
    turn_run(conversation_id=conversation.pk)
    assert Turn.objects.get().state == TurnState.ANSWERED


def test_the_bot_is_silent_while_a_person_holds_the_conversation(conversation, write, said, agent):
    conversation_take_over(actor=agent, conversation=conversation)
    write("保温杯保修期多久？")
    turn_run(conversation_id=conversation.pk)
    assert (Turn.objects.count(), said()) == (0, [])
    conversation_hand_back(actor=agent, conversation=conversation)
    turn_run(conversation_id=conversation.pk)
    assert Turn.objects.count() == 0
    write("几天内可以无理由退货？")
    turn_run(conversation_id=conversation.pk)
    assert "7天" in said()[0]


def test_a_person_who_takes_over_meanwhile_silences_the_turn(conversation, write, said, agent):
    write("保温杯保修期多久？")
    claim = turn_claim(conversation_id=conversation.pk)
    reply = work_out(claim.messages, claim.scope)
    conversation_take_over(actor=agent, conversation=conversation)
    assert turn_end(claim=claim, reply=reply) is False
    turn = Turn.objects.get()
    assert (turn.state, said()) == (TurnState.SUPERSEDED, [])
    assert turn.answer


def test_only_the_latest_attempt_may_end_a_turn(conversation, write, said):
    write("保温杯保修期多久？")
    first = turn_claim(conversation_id=conversation.pk)
    second = turn_claim(conversation_id=conversation.pk)
    reply = work_out(first.messages, first.scope)
    assert (first.turn_id, first.attempt, second.attempt) == (second.turn_id, 1, 2)
    assert [turn_end(claim=first, reply=reply), turn_end(claim=second, reply=reply), turn_end(claim=second, reply=reply)] == [
        False,
        True,
        False,
    ]
    assert len(said()) == 2


def test_messages_that_come_meanwhile_are_the_next_turn(conversation, write, said):
    write("保温杯保修期多久？")
    claim = turn_claim(conversation_id=conversation.pk)
    write("几天内可以无理由退货？")
    again = turn_claim(conversation_id=conversation.pk)
    assert [message.text for message in again.messages] == ["保温杯保修期多久？"]
    turn_end(claim=again, reply=work_out(claim.messages, claim.scope))
    turn_run(conversation_id=conversation.pk)
    assert [state for (state,) in Turn.objects.order_by("id").values_list("state")] == [TurnState.ANSWERED] * 2
    assert "7天" in said()[2]


def test_recalled_messages_need_no_answer(conversation, write, said):
    last = write("保温杯保修期多久？", recalled_at="2026-01-01T00:00:00Z")
    turn_run(conversation_id=conversation.pk)
    conversation.refresh_from_db()
    assert (said(), Turn.objects.count(), conversation.answered_up_to) == ([], 0, last.pk)


def test_a_closed_conversation_is_left_alone(conversation, write, said):
    write("保温杯保修期多久？")
    type(conversation).objects.update(state=ConversationState.CLOSED)
    turn_run(conversation_id=conversation.pk)
    assert said() == []


def test_a_missing_conversation_is_no_error(db):
    turn_run(conversation_id=0)


def test_an_expected_failure_reaches_a_person_and_its_text_no_customer(conversation, write, said, settings):
    ModelRelease.objects.all().delete()
    write("保温杯保修期多久？")
    turn_run(conversation_id=conversation.pk)
    conversation.refresh_from_db()
    turn = Turn.objects.get()
    assert said() == [settings.TROUBLE_TEXT]
    assert (turn.state, conversation.holder) == (TurnState.HANDED_OVER, Holder.WAITING)
    assert turn.reason.startswith("retrieve: ")


def test_a_text_that_fails_twice_is_given_to_a_person(conversation, write, said, settings, monkeypatch):
    def fails(*_args, **_named):
        raise ValueError("cannot read 13812345678")

    monkeypatch.setattr(turns, "work_out", fails)
    write("毒丸")
    turn_run(conversation_id=conversation.pk)
    assert (Turn.objects.get().state, said()) == (TurnState.RUNNING, [])
    turn_run(conversation_id=conversation.pk)
    conversation.refresh_from_db()
    turn = Turn.objects.get()
    assert (turn.state, said()) == (TurnState.FAILED, [settings.TROUBLE_TEXT])
    assert turn.reason == "ValueError: cannot read <手机号_1>"
    assert "ValueError" in conversation.handover_reason
    assert turns_waiting() == []


def test_a_turn_that_kills_its_worker_again_and_again_is_given_up(conversation, write, said, settings):
    write("保温杯保修期多久？")
    for _ in range(turns.MOST_ATTEMPTS):
        assert turn_claim(conversation_id=conversation.pk)
    turn_run(conversation_id=conversation.pk)
    assert (Turn.objects.get().state, said()) == (TurnState.FAILED, [settings.TROUBLE_TEXT])


def test_the_drain_finds_what_nobody_works_on(conversation, write):
    message = write("保温杯保修期多久？")
    assert turns_waiting() == []  # still on its way to its own task
    type(message).objects.update(created_at="2026-01-01T00:00:00Z")
    assert turns_waiting() == [conversation.pk]
    turn_run(conversation_id=conversation.pk)
    assert turns_waiting() == []


def test_the_drain_finds_a_turn_whose_worker_died_while_a_person_took_over(conversation, write, agent):
    write("保温杯保修期多久？")
    turn_claim(conversation_id=conversation.pk)
    conversation_take_over(actor=agent, conversation=conversation)
    Turn.objects.update(lease_until="2026-01-01T00:00:00Z")
    assert turns_waiting() == [conversation.pk]
    turn_run(conversation_id=conversation.pk)
    assert Turn.objects.get().state == TurnState.SUPERSEDED


def test_five_messages_at_most_are_sent_for_one(conversation, write):
    for _ in range(6):
        write("保温杯保修期多久？")
    write("几天内可以无理由退货？")
    turn_run(conversation_id=conversation.pk)
    assert conversation.outbound.filter(state=OutboundState.QUEUED).count() <= 5
