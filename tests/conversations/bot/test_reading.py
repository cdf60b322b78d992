"""What the writer reads of a section, and that its quotes still stand in the document."""

import pytest

from conversations.bot.pipeline import run
from conversations.types import Outcome
from knowledge.ingestion.bulk import load_documents
from knowledge.models import Chunk, DocumentVersion
from knowledge.services.bases import base_create
from knowledge.types import Scope

RULE = "保温杯保修期为{}个月，第{}批保温杯由{}号网点负责维修和登记。"


@pytest.fixture
def scope(db, release, settings, endpoint) -> Scope:
    settings.CHAT_MODEL = endpoint.chat_model
    base = base_create(actor=None, name="手册")
    load_documents(base, [("手册", "保温杯手册", "".join(RULE.format(each + 3, each, each + 7) for each in range(40)))])
    return Scope((base.pk,))


def test_passages_of_one_section_are_one_text_and_quotes_stay_exact(endpoint, scope):
    endpoint.reply = "保温杯保修期为40个月，第37批保温杯由44号网点负责维修和登记[1]。"
    state = run("保温杯保修期多久，哪个网点负责维修？", scope)
    assert Chunk.objects.count() > 1
    [shown] = [asked["messages"][-1]["content"] for asked in endpoint.requests if "messages" in asked]
    assert shown.count("<passage id=") == 1
    assert [shown.count(f"第{each}批") for each in (0, 20, 39)] == [1, 1, 1]
    [quote] = state.quotes
    text = DocumentVersion.objects.get().text
    assert (state.outcome, text[quote.start : quote.end]) == (Outcome.ANSWER, quote.text)
    assert "第37批" in quote.text
