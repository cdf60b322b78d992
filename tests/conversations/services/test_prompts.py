"""Wordings of prompts: versions, what reaches the endpoint, what the cache and the log know of them."""

import hashlib

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext

from conversations.bot.pipeline import run
from conversations.bot.places import place_of, prompt_version
from conversations.bot.prompts import GUARD
from conversations.bot.wordings import wordings_held
from conversations.choices import PromptState
from conversations.models import CachedAnswer, PromptVersion
from conversations.services.prompts import prompt_draft, prompt_edit, prompt_publish, prompt_remove, prompt_reset, wording_checked
from conversations.services.turns import turn_run
from conversations.types import Exchange
from knowledge.types import Scope
from scrm.access.services import user_create
from scrm.audit.models import AuditEntry
from scrm.core.errors import Conflict, Invalid, NotAllowed
from tests.conversations.shop import shop_base

TEXT = "只看检索内容。句末写[编号]。不够时只回复{refusal}。"
QUESTION = "保温杯保修期多久？"


@pytest.fixture
def scope(db, release, settings, endpoint) -> Scope:
    settings.CHAT_MODEL = endpoint.chat_model
    return Scope((shop_base().pk,))


def live(text: str = TEXT, kind: str = "answer") -> PromptVersion:
    row = prompt_draft(actor=None, kind=kind, text=text)
    prompt_publish(actor=None, prompt=row)
    return row


def told(endpoint) -> list[list[dict]]:
    return [request["messages"] for request in endpoint.requests if "messages" in request]


def test_what_people_wrote_reaches_the_endpoint_with_the_guard_behind_it(endpoint, scope, settings):
    live()
    run(QUESTION, scope)
    assert told(endpoint)[-1][0]["content"] == TEXT.replace("{refusal}", settings.REFUSAL_TEXT) + "\n" + GUARD


@pytest.mark.parametrize("odd", ["100 %s", "{ 花括号 }", "%(x)s {{}}"])
def test_signs_of_formatting_are_only_signs(endpoint, scope, odd):
    live(TEXT + odd)
    run(QUESTION, scope)
    assert odd in told(endpoint)[-1][0]["content"]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("answer", "  "),
        ("answer", "句末写[编号]。"),
        ("answer", "不够时只回复{refusal}。"),
        ("answer", TEXT + "{question}"),
        ("answer", TEXT + "长" * 4000),
        ("rewrite", "改写{refusal}"),
    ],
)
def test_a_wording_that_would_break_answers_is_refused(kind, text):
    with pytest.raises(Invalid):
        wording_checked(kind, text)


def test_rewriting_has_a_wording_of_its_own(endpoint, scope):
    live("把追问补全为一句话。", "rewrite")
    run("那运费呢", scope, [Exchange("保温杯可以退货吗？", "可以。")])
    assert told(endpoint)[0][0]["content"].startswith("把追问补全为一句话。")


def test_one_wording_is_in_force_and_every_earlier_one_can_return(db):
    first, second = live(), live(TEXT + "简短。")
    assert (first.number, second.number) == (1, 2)
    assert [row.state for row in PromptVersion.objects.order_by("number")] == [PromptState.RETIRED, PromptState.LIVE]
    assert prompt_publish(actor=None, prompt=first) is True
    assert prompt_publish(actor=None, prompt=first) is False
    assert prompt_reset(actor=None, kind="answer") is True
    assert prompt_reset(actor=None, kind="answer") is False
    assert prompt_version().startswith("answer 0, rewrite 0, ")


def test_what_was_in_force_stays_as_it_is(db):
    row = live()
    for verb in (lambda: prompt_edit(actor=None, prompt=row, text=TEXT + "x"), lambda: prompt_remove(actor=None, prompt=row)):
        with pytest.raises(Conflict):
            verb()


def test_only_who_may_changes_them(db):
    agent = user_create(actor=None, username="ann", password="x", role="agent")
    with pytest.raises(NotAllowed):
        prompt_draft(actor=agent, kind="answer", text=TEXT)
    assert not PromptVersion.objects.exists()


@pytest.mark.parametrize(("kind", "text"), [("answer", TEXT), ("rewrite", "把追问补全。")])
def test_each_wording_has_a_place_of_its_own_in_the_cache_and_going_back_finds_the_old_one(scope, kind, text):
    before = place_of(scope, ())
    live(text, kind)
    assert place_of(scope, ()) != before
    prompt_reset(actor=None, kind=kind)
    assert place_of(scope, ()) == before


def test_a_new_wording_leaves_answers_of_the_old_one_behind(endpoint, scope, settings):
    settings.ANSWER_CACHE = True
    endpoint.reply = "保修期为两年[1]。"
    first = run(QUESTION, scope)
    endpoint.reply = f"保修期为两年[{_number(endpoint)}]。"
    run(QUESTION, scope)
    assert run(QUESTION, scope).cached, first.reason
    live()
    assert not run(QUESTION, scope).cached
    assert CachedAnswer.objects.count() == 2


def _number(endpoint) -> int:
    text = told(endpoint)[-1][-1]["content"]
    before = text[: text.index("保修期为两年")]
    return int(before[before.rindex("<passage id=") :].split('"')[1])


def test_an_extractive_turn_asks_nothing_about_prompts(scope, settings):
    settings.CHAT_MODEL = ""
    with CaptureQueriesContext(connection) as queries:
        run(QUESTION, scope)
    assert not [one for one in queries.captured_queries if "promptversion" in one["sql"]]


def test_a_written_turn_asks_once_for_all_wordings(endpoint, scope, settings):
    settings.ANSWER_CACHE = True
    with CaptureQueriesContext(connection) as queries:
        state = run("那运费呢", scope, [Exchange("保温杯可以退货吗？", "可以。")])
    assert state.writer != "extractive"
    assert len([one for one in queries.captured_queries if "promptversion" in one["sql"]]) == 1


def test_a_wording_leaves_room_for_passages(settings):
    settings.CHAT_CONTEXT_TOKENS = 2048
    wording_checked("answer", TEXT)
    with pytest.raises(Invalid, match="SCRM_CHAT_CONTEXT_TOKENS"):
        wording_checked("answer", TEXT + "长" * 1000)


def test_putting_in_force_is_a_right_of_its_own(db):
    admin = user_create(actor=None, username="boss", password="x", role="administrator")
    Group.objects.get(name="administrator").permissions.remove(Permission.objects.get(codename="publish_promptversion"))
    row = prompt_draft(actor=admin, kind="answer", text=TEXT)
    for verb in (lambda: prompt_publish(actor=admin, prompt=row), lambda: prompt_reset(actor=admin, kind="answer")):
        with pytest.raises(NotAllowed):
            verb()
    assert not PromptVersion.objects.filter(state=PromptState.LIVE).exists()


def test_a_customers_answer_names_the_versions_it_was_written_by(conversation, write, endpoint, settings):
    settings.CHAT_MODEL = endpoint.chat_model
    live()
    live("把追问补全。", "rewrite")
    write(QUESTION)
    turn_run(conversation_id=conversation.pk)
    said = AuditEntry.objects.filter(action__startswith="turn.").latest("pk").detail["prompt"]
    assert said == prompt_version()
    assert said.startswith("answer 1, rewrite 1, ")


def test_a_turn_is_written_by_one_version_whatever_is_put_in_force_meanwhile(db):
    with wordings_held():
        before = prompt_version()
        live()
        assert prompt_version() == before
    assert prompt_version() != before


def test_each_change_is_in_the_log(db):
    row = live()
    prompt_reset(actor=None, kind="answer")
    said = list(AuditEntry.objects.filter(action__startswith="prompt.").order_by("pk").values_list("action", flat=True))
    assert said == ["prompt.draft", "prompt.publish", "prompt.reset"]
    written = AuditEntry.objects.get(action="prompt.publish").detail
    assert (written["number"], written["sha256"]) == (row.number, hashlib.sha256(TEXT.encode()).hexdigest())
