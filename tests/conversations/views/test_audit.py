"""The auditors' page: who sees the log, every filter, pages that stay fast, one interaction whole, and exports."""

import csv
import json
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from conversations import audit_selectors
from conversations.audit_selectors import LogFilter, log_entries
from conversations.services.reviews import review_approve
from scrm.audit.models import AuditEntry
from scrm.audit.services import audit_record

LOG = reverse("conversations:audit")


@pytest.fixture
def auditor(world):
    client = world.client("auditor")
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def log(world):
    """Entries of both sides, by several people."""
    ours, theirs = world.ours, world.theirs
    agent, manager = world.people["agent"], world.people["knowledge_manager"]
    answers = {side.word: side.audit_entry for side in (ours, theirs)}
    rows = {
        "ours": answers[ours.word],
        "theirs": answers[theirs.word],
        "reveal": audit_record(actor=agent, action="personal.reveal", subject=ours.conversation, detail={"kind": "手机号", "number": 1}),
        "upload": audit_record(actor=manager, action="document.upload", subject=ours.version, detail={"base": ours.base.pk}),
        "card": audit_record(actor=agent, action="customer.update", subject=ours.customer, detail={"tags": 1}),
        "review": audit_record(actor=agent, action="review.reject", subject=ours.review, detail={"turn": ours.review.turn_id}),
    }
    return {name: row.pk for name, row in rows.items()}


def shown(page) -> set[int]:
    return {entry.pk for entry in page.context["page"].rows}


def among(log: dict[str, int], ids: set[int]) -> set[str]:
    return {name for name, pk in log.items() if pk in ids}


@pytest.mark.parametrize(
    ("filter_of", "names"),
    [
        (lambda world: {}, {"ours", "theirs", "reveal", "upload", "card", "review"}),
        (lambda world: {"actor": "agent"}, {"reveal", "card", "review"}),
        (lambda world: {"action": "personal.reveal"}, {"reveal"}),
        (lambda world: {"action": "ai"}, {"ours", "theirs"}),
        (lambda world: {"verdict": "supported"}, {"ours", "theirs"}),
        (lambda world: {"verdict": "risky"}, set()),
        (lambda world: {"subject_type": "knowledge.documentversion"}, {"upload"}),
        (lambda world: {"subject_type": "conversations.turn", "subject_id": str(world.theirs.turn.pk)}, {"theirs"}),
        (lambda world: {"conversation": world.ours.conversation.pk}, {"ours", "reveal", "review"}),
        (lambda world: {"customer": str(world.ours.customer.pk)}, {"ours", "reveal", "card", "review"}),
        (lambda world: {"customer": world.ours.conversation.identity.external_id}, {"ours", "reveal", "card", "review"}),
        (lambda world: {"customer": "机密客户"}, {"theirs"}),
        (lambda world: {"text": "手机号"}, {"reveal"}),
        (lambda world: {"text": "我方脱敏"}, {"ours"}),
        (lambda world: {"text": "我方脱敏", "actor": "agent"}, set()),
        (lambda world: {"since": str(timezone.localdate())}, {"ours", "theirs", "reveal", "upload", "card", "review"}),
        (lambda world: {"since": str(timezone.localdate() + timedelta(days=2))}, set()),
        (lambda world: {"until": str(timezone.localdate() - timedelta(days=2))}, set()),
        (lambda world: {"until": str(timezone.localdate())}, {"ours", "theirs", "reveal", "upload", "card", "review"}),
    ],
)
def test_each_filter(world, auditor, log, filter_of, names):
    page = auditor.get(LOG, filter_of(world))
    assert page.context["form"].is_valid(), page.context["form"].errors
    assert among(log, shown(page)) == names


def test_what_cannot_be_read_is_said_and_nothing_is_shown(auditor, log):
    page = auditor.get(LOG, {"customer": "没有这个人", "since": "2026-02-02", "until": "2026-01-01"})
    text = page.content.decode()
    assert "There is no such customer." in text
    assert "The end lies before the beginning." in text
    assert shown(page) == set()
    assert auditor.get(reverse("conversations:audit_export"), {"customer": "没有这个人"}).status_code == 302
    assert not AuditEntry.objects.filter(action="audit.export").exists()


def test_an_empty_result_says_what_to_do(auditor, log):
    assert "Widen the period" in auditor.get(LOG, {"verdict": "risky"}).content.decode()


def test_who_holds_accounts_only_sees_nothing_of_the_log(world, log):
    assert not log_entries(world.people["agent"], LogFilter()).exists()
    assert world.client("agent").get(LOG).status_code == 403


def test_pages_lead_to_every_entry_once_and_back(auditor, log, monkeypatch):
    monkeypatch.setattr(audit_selectors, "PAGE", 2)
    everything = list(AuditEntry.objects.values_list("pk", flat=True))
    seen, page = [], auditor.get(LOG).context["page"]
    while True:
        seen += [entry.pk for entry in page.rows]
        if page.older is None:
            break
        page = auditor.get(LOG, {"before": page.older}).context["page"]
    assert seen == everything
    back = auditor.get(LOG, {"after": page.newer}).context["page"]
    assert [entry.pk for entry in back.rows] == everything[-len(page.rows) - 2 : -len(page.rows)]


def test_a_search_in_texts_stops_and_goes_on(auditor, log, monkeypatch):
    monkeypatch.setattr(audit_selectors, "TEXT_ROWS", 3)
    page = auditor.get(LOG, {"text": "我方脱敏"})
    assert shown(page) == set()
    assert "Search further back" in page.content.decode()
    stop = page.context["page"].searched_to
    while stop:
        page = auditor.get(LOG, {"text": "我方脱敏", "before": stop})
        stop = page.context["page"].searched_to if not shown(page) else None
    assert shown(page) == {log["ours"]}


def test_the_list_asks_the_database_as_often_however_long_it_is(auditor, world, log, django_assert_max_num_queries):
    for number in range(30):
        audit_record(actor=None, action="web.gone", subject=world.ours.document, detail={"n": number})
    auditor.get(LOG)
    with django_assert_max_num_queries(16):
        page = auditor.get(LOG)
    assert len(shown(page)) > 30


def test_an_interaction_opens_whole_and_is_written_down(world, auditor, log):
    page = auditor.get(reverse("conversations:audit_entry", args=[log["theirs"]]))
    text = page.content.decode()
    for words in ("机密客户", "机密脱敏问题", "机密答复", "supported by sources", "机密引文", "version 1", "this entry holds"):
        assert words in text, words
    assert "/knowledge/documents/" not in text  # an auditor opens no documents
    seen = AuditEntry.objects.get(action="audit.open")
    assert (seen.actor, seen.subject_id, seen.detail) == ("auditor", str(world.theirs.turn.pk), {"entry": log["theirs"]})


def test_an_entry_on_a_review_opens_the_same_interaction_with_its_reviewers(world, auditor, log):
    review_approve(actor=world.people["agent"], task=world.ours.review, text="改好的话")
    page = auditor.get(reverse("conversations:audit_entry", args=[log["review"]])).content.decode()
    assert "我方风险问题" in page
    assert "改好的话" in page
    assert "approved an answer" in page


def test_an_entry_without_an_interaction_opens_alone(auditor, log):
    page = auditor.get(reverse("conversations:audit_entry", args=[log["upload"]])).content.decode()
    assert "uploaded a document" in page
    assert not AuditEntry.objects.filter(action="audit.open").exists()


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_an_export_holds_the_filter_and_is_an_entry_itself(world, auditor, log, form):
    audit_record(actor=world.people["agent"], action="=cmd", subject=world.ours.customer)
    response = auditor.get(reverse("conversations:audit_export"), {"actor": "agent", "format": form})
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    rows = {"csv": lambda: list(csv.DictReader(text.splitlines())), "jsonl": lambda: [json.loads(line) for line in text.splitlines()]}[
        form
    ]()
    assert [row["action"].lstrip("'") for row in rows] == ["personal.reveal", "customer.update", "review.reject", "=cmd"]
    assert ("'=cmd" in text) is (form == "csv")
    entry = AuditEntry.objects.get(action="audit.export")
    assert entry.actor == "auditor"
    assert entry.detail["filter"] == {"actor": "agent"}
    assert (entry.detail["entries"], entry.detail["format"]) == (4, form)


def test_an_unknown_format_is_refused_and_not_written_down(auditor, log):
    assert auditor.get(reverse("conversations:audit_export"), {"format": "exe"}).status_code == 400
    assert not AuditEntry.objects.filter(action="audit.export").exists()
