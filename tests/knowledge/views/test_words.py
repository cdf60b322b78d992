import pytest
from django.urls import reverse

from knowledge.choices import WordKind, WordState
from knowledge.models import BaseWord, KnowledgeBase

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def quiet(monkeypatch, release):
    monkeypatch.setattr("scrm.core.tasks.send", lambda *args, **kwargs: None)


@pytest.fixture
def manager(base, person, client):
    client.force_login(person("knowledge_manager", base))
    client.cookies["django_language"] = "en"
    return client


def test_words_and_synonyms_are_added_shown_and_removed(base, manager):
    manager.post(reverse("knowledge:word_save", args=[base.pk]), {"word": "云朵净扫机"})
    manager.post(reverse("knowledge:word_save", args=[base.pk]), {"word": "运费", "synonyms": "邮费，快递费"})
    assert list(BaseWord.objects.order_by("pk").values_list("kind", "word", "synonyms")) == [
        (WordKind.WORD, "云朵净扫机", []), (WordKind.SYNONYM, "运费", ["邮费", "快递费"]),
    ]  # fmt: skip
    page = manager.get(reverse("knowledge:words", args=[base.pk])).content.decode()
    assert "云朵净扫机" in page
    assert "being brought up to date" in page
    manager.post(reverse("knowledge:word_remove", args=[BaseWord.objects.get(word="运费").pk]))
    assert "邮费" not in manager.get(reverse("knowledge:words", args=[base.pk])).content.decode()


def test_a_pasted_list_says_what_it_could_not_take(base, manager):
    url = reverse("knowledge:words_import", args=[base.pk])
    page = manager.post(url, {"text": "集尘袋\n！！\n运费\t邮费\n集尘袋"}, follow=True).content.decode()
    assert BaseWord.objects.count() == 2
    assert "Line 2" in page
    assert KnowledgeBase.objects.get(pk=base.pk).words_revision == 1


def test_suggestions_are_taken_or_turned_down_together(base, manager):
    rows = [BaseWord.objects.create(base=base, word=word, state=WordState.SUGGESTED, seen=9) for word in ("集尘袋", "发给客服", "尘盒")]
    url = reverse("knowledge:words_decide", args=[base.pk])
    manager.post(url, {"word": [rows[0].pk, rows[2].pk], "decision": "accept"})
    manager.post(url, {"word": [rows[1].pk], "decision": "reject"})
    assert dict(BaseWord.objects.values_list("word", "state")) == {"集尘袋": "active", "发给客服": "rejected", "尘盒": "active"}


def test_the_list_takes_a_fixed_number_of_queries(base, manager, django_assert_max_num_queries):
    manager.post(reverse("knowledge:words_import", args=[base.pk]), {"text": "\n".join(f"词语{n}" for n in range(150))})
    with django_assert_max_num_queries(20):
        assert len(manager.get(reverse("knowledge:words", args=[base.pk])).context["page"].object_list) == 100


def test_agents_read_and_do_not_edit(base, person, client):
    BaseWord.objects.create(base=base, word="集尘袋")
    client.force_login(person("agent", base))
    page = client.get(reverse("knowledge:words", args=[base.pk])).content.decode()
    assert "集尘袋" in page
    assert reverse("knowledge:word_save", args=[base.pk]) not in page
