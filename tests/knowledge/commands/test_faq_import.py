from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from knowledge.models import BaseWord, Document, FaqEntry, KnowledgeBase

pytestmark = pytest.mark.django_db(transaction=True)
DEMO = Path("scrm/stack/demo_more")


@pytest.fixture(autouse=True)
def quiet(monkeypatch, release):
    monkeypatch.setattr("scrm.core.tasks.send", lambda *args, **kwargs: None)


def test_the_demo_questions_answer_when_the_command_ends(base):
    said = StringIO()
    call_command("faq_import", str(DEMO / "问答.csv"), base=base.name, stdout=said)
    assert "added" in said.getvalue()
    assert FaqEntry.objects.filter(document__live_version__isnull=False).count() == FaqEntry.objects.count() >= 3
    call_command("faq_import", str(DEMO / "问答.csv"), base=base.name, stdout=said)
    assert all(document.versions.count() == 1 for document in Document.objects.all())


def test_the_demo_words_are_in_force_when_the_command_ends(base):
    call_command("words_import", str(DEMO / "词典.txt"), base=base.name, stdout=StringIO())
    base = KnowledgeBase.objects.get(pk=base.pk)
    assert BaseWord.objects.filter(base=base).count() == 8
    assert base.cut_revision == base.words_revision > 0


@pytest.mark.parametrize("command", ["faq_import", "words_import"])
def test_what_is_not_there_is_said(base, command):
    with pytest.raises(CommandError, match=r"不存在|does not exist"):
        call_command(command, "nowhere.csv", base=base.name)
    with pytest.raises(CommandError, match=r"不存在|does not exist"):
        call_command(command, str(DEMO / "问答.csv"), base="nobody's")
