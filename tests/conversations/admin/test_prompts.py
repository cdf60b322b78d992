"""Prompts written in the admin: as drafts, checked as on the page; what was in force stays as it is."""

import pytest
from django.urls import reverse

from conversations.choices import PromptState
from conversations.models import PromptVersion
from conversations.services.prompts import prompt_publish
from scrm.audit.models import AuditEntry
from tests.world import world_make

LIST, ADD = (reverse(f"admin:conversations_promptversion_{page}") for page in ("changelist", "add"))
TEXT = "只看检索内容。句末写[编号]。不够时只回复{refusal}。"


@pytest.fixture
def admin(transactional_db):
    """Real transactions: the verbs own theirs, and the admin opens one around each view unless it is told not to."""
    return world_make().client("administrator")


def write(client, text: str = TEXT, page: str = ADD, **fields):
    return client.post(page, {"kind": "answer", "text": text, "note": "", **fields})


def change_page(row: PromptVersion) -> str:
    return reverse("admin:conversations_promptversion_change", args=[row.pk])


def test_a_version_is_written_changed_as_a_draft_and_left_alone_once_in_force(admin):
    assert TEXT[-9:-1] in admin.get(ADD).content.decode()
    assert write(admin).status_code == 302
    row = PromptVersion.objects.get()
    assert (row.number, row.state, row.created_by.username) == (1, PromptState.DRAFT, "administrator")
    assert write(admin, TEXT + "改过。", change_page(row)).status_code == 302
    row.refresh_from_db()
    assert row.text == TEXT + "改过。"
    prompt_publish(actor=None, prompt=row)
    write(admin, TEXT + "偷改。", change_page(row))
    row.refresh_from_db()
    assert row.text == TEXT + "改过。"
    said = AuditEntry.objects.filter(action__startswith="prompt.").order_by("pk").values_list("action", flat=True)
    assert list(said) == ["prompt.draft", "prompt.edit", "prompt.publish"]


@pytest.mark.parametrize("text", ["没有编号", TEXT + "{question}", TEXT + "长" * 5000, " "])
def test_a_wording_that_would_break_answers_stays_in_the_form(admin, text):
    assert write(admin, text).status_code == 200
    assert not PromptVersion.objects.exists()


def test_the_list_asks_no_more_with_more_versions(admin, django_assert_max_num_queries):
    for _each in range(4):
        write(admin)
    with django_assert_max_num_queries(14):
        assert admin.get(LIST).status_code == 200
