"""Several people at the same prompt: one version is in force, and no two have one number."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from conversations.choices import PromptState
from conversations.models import PromptVersion
from conversations.services.prompts import prompt_draft, prompt_publish, prompt_reset
from scrm.audit.models import AuditEntry

TEXT = "只看检索内容。句末写[编号]。不够时只回复{refusal}。"
PATIENCE_S = 20


def together(works: Sequence[Callable[[], object]]) -> None:
    """All at the same moment, each with a connection of its own; what one raises is raised."""
    ready = threading.Barrier(len(works))

    def run(work):
        try:
            ready.wait(PATIENCE_S)
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        for done in [pool.submit(run, work) for work in works]:
            done.result(PATIENCE_S)


@pytest.fixture
def drafts(transactional_db) -> list[PromptVersion]:
    return [prompt_draft(actor=None, kind="answer", text=f"{TEXT}{n}") for n in range(4)]


def test_versions_put_in_force_at_once_leave_one(drafts):
    together([lambda row=row: prompt_publish(actor=None, prompt=row) for row in drafts])
    assert PromptVersion.objects.filter(state=PromptState.LIVE).count() == 1
    said = AuditEntry.objects.filter(action="prompt.publish").order_by("pk")
    live = PromptVersion.objects.get(state=PromptState.LIVE)
    assert (said.count(), said.last().detail["number"]) == (4, live.number)
    assert [one.detail["before"] for one in said] == [0, *(one.detail["number"] for one in said)][:4]


def test_going_back_while_another_is_put_in_force_leaves_one_or_none(drafts):
    prompt_publish(actor=None, prompt=drafts[0])
    together([lambda: prompt_reset(actor=None, kind="answer"), lambda: prompt_publish(actor=None, prompt=drafts[1])])
    assert PromptVersion.objects.filter(state=PromptState.LIVE).count() <= 1
    assert PromptVersion.objects.get(pk=drafts[0].pk).state == PromptState.RETIRED


def test_drafts_written_at_once_have_numbers_of_their_own(transactional_db):
    together([lambda: prompt_draft(actor=None, kind="answer", text=TEXT)] * 4)
    assert sorted(PromptVersion.objects.values_list("number", flat=True)) == [1, 2, 3, 4]
