"""A dictionary changes: rows, statistics and questions follow, whatever happens meanwhile."""

import pytest
from django.db import connection

from knowledge.choices import WordState
from knowledge.ingestion.bulk import load_documents
from knowledge.models import BaseWord, Chunk, ChunkLexical, KnowledgeBase
from knowledge.retrieval import lexical, recut, search
from knowledge.retrieval.base_words import asking, newest
from knowledge.retrieval.recut import recut_open, recut_run
from knowledge.retrieval.tasks import lexical_refresh_task
from knowledge.services.words import word_remove, word_save, words_import
from scrm.jobs.models import Job
from tests.knowledge.retrieval.conftest import SHOP, names
from tests.knowledge.retrieval.test_lexical import kept, recounted

pytestmark = pytest.mark.django_db(transaction=True)

ROBOTS = {
    "甲": "云朵净扫机需要每月清洗滤芯。云朵净扫机的电池保修六个月。",
    "乙": "云朵很轻，净扫之后再用机器烘干。",
    "丙": "雲朵淨掃機適合地毯。",
    "丁": "退货运费由买家承担。",
}


@pytest.fixture(autouse=True)
def quiet(monkeypatch, release):
    monkeypatch.setattr("scrm.core.tasks.send", lambda *args, **kwargs: None)


@pytest.fixture
def robots(publish) -> KnowledgeBase:
    return publish(ROBOTS)


def recut_all(base: KnowledgeBase) -> int:
    return recut_run(recut_open(base).pk)


def test_a_word_is_whole_in_the_rows_that_have_it(robots, scope_of):
    word_save(actor=None, base=robots, word="云朵净扫机")
    assert recut_all(robots) == 2
    assert kept(robots) == recounted(robots)
    hits = search("云朵净扫机", scope_of(robots), mode="lexical", threshold=0).hits
    assert set(names(hits)[:2]) == {"甲", "丙"}
    assert all("云朵净扫机" in hit.matched for hit in hits[:2])
    assert names(hits)[2] == "乙"  # its parts still find what has them


def test_rows_equal_those_of_a_fresh_import(robots, publish):
    word_save(actor=None, base=robots, word="云朵净扫机")
    recut_all(robots)
    rows = {row.chunk.text: row for row in ChunkLexical.objects.filter(base=robots).select_related("chunk")}
    ChunkLexical.objects.filter(base=robots).delete()
    chunks = Chunk.objects.filter(version__base=robots).select_related("version__document")
    lexical.rows_save_in_tx(lexical.rows_for(chunks))
    for row in ChunkLexical.objects.filter(base=robots).select_related("chunk"):
        old = rows[row.chunk.text]
        assert (row.terms, row.tfs, row.length, str(row.impacts)) == (old.terms, old.tfs, old.length, str(old.impacts))


def test_questions_use_a_word_only_when_all_rows_know_it(robots, scope_of):
    before = search("云朵净扫机滤芯", scope_of(robots), mode="lexical", threshold=0).hits
    word_save(actor=None, base=robots, word="云朵净扫机")
    between = search("云朵净扫机滤芯", scope_of(robots), mode="lexical", threshold=0).hits
    assert [(hit.chunk_id, hit.lexical_score) for hit in between] == [(hit.chunk_id, hit.lexical_score) for hit in before]
    assert "云朵净扫机" not in asking([robots.pk]).words
    recut_all(robots)
    assert "云朵净扫机" in asking([robots.pk]).words


def test_a_removed_word_leaves_rows_and_statistics(robots):
    before = kept(robots)
    word = word_save(actor=None, base=robots, word="云朵净扫机")
    recut_all(robots)
    word_remove(actor=None, word=word)
    recut_all(robots)
    assert kept(robots) == before == recounted(robots)


def test_documents_published_between_edit_and_recut_are_counted_once(robots):
    word_save(actor=None, base=robots, word="云朵净扫机")
    load_documents(robots, [("戊", "", "云朵净扫机可以拖地。"), ("丁", "", "云朵净扫机不能退货。")])
    recut_all(robots)
    assert kept(robots) == recounted(robots)


def test_rows_cut_before_an_edit_and_saved_after_it_are_cut_again(robots):
    chunks = list(Chunk.objects.filter(version__base=robots).select_related("version__document"))
    ChunkLexical.objects.filter(base=robots).delete()
    rows = lexical.rows_for(chunks)
    word_save(actor=None, base=robots, word="云朵净扫机")
    lexical.rows_save_in_tx(rows)
    term = lexical.scoped(robots.pk, lexical.term_id("云朵净扫机"))
    assert ChunkLexical.objects.filter(base=robots, terms__contains=[term]).count() == 2


def test_a_killed_recut_goes_on_where_it_stood(robots, monkeypatch):
    monkeypatch.setattr(recut, "BATCH", 1)
    word_save(actor=None, base=robots, word="云朵净扫机")
    job = recut_open(robots)
    first = ChunkLexical.objects.filter(base=robots).order_by("pk").values_list("pk", flat=True)[0]
    job.cursor, job.stage = first, recut._stage(KnowledgeBase.objects.get(pk=robots.pk))
    job.save()
    assert recut_run(job.pk) == 1  # of two rows with the word, the first was done: only this one is left
    job.refresh_from_db()
    assert job.state == "done"


def test_two_workers_do_not_recut_one_base(robots):
    word_save(actor=None, base=robots, word="云朵净扫机")
    job = recut_open(robots)
    assert recut_run(job.pk) == 2
    assert recut_run(job.pk) == 0


def test_a_base_cut_by_older_rules_is_refreshed(robots, scope_of):
    """As if its rows were from before traditional characters were folded."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE knowledge_chunklexical SET terms = '{1}', tfs = '{1}', length = 1 WHERE base_id = %s", [robots.pk])
        cursor.execute("DELETE FROM knowledge_termstat")
        cursor.execute("INSERT INTO knowledge_termstat VALUES (1, 4)")
    KnowledgeBase.objects.filter(pk=robots.pk).update(cut_terms=1, live_length=4)
    lexical_refresh_task()
    assert kept(robots) == recounted(robots)
    assert names(search("净扫机", scope_of(robots), mode="lexical", threshold=0).hits) != []


def test_traditional_and_simplified_find_each_other(robots, scope_of):
    simplified = search("地毯适合吗", scope_of(robots), mode="lexical", threshold=0).hits
    traditional = search("雲朵淨掃機 濾芯", scope_of(robots), mode="lexical", threshold=0).hits
    assert (names(simplified)[0], names(traditional)[0]) == ("丙", "甲")


def test_synonyms_find_each_other_below_the_literal_word(publish, scope_of):
    base = publish(SHOP | {"邮": "退回商品的邮费由买家承担。"})
    assert "物流" not in names(search("快递", scope_of(base), mode="lexical", threshold=0).hits)
    words_import(actor=None, base=base, text="邮费，运费\n快递,发货")
    first, second = search("邮费谁出", scope_of(base), mode="lexical", threshold=0).hits[:2]
    assert names([first, second]) == ["邮", "退货"]
    assert first.lexical_score > second.lexical_score
    assert names(search("运费谁出", scope_of(base), mode="lexical", threshold=0).hits)[0] == "退货"
    only = search("快递", scope_of(base), threshold=0, mode="lexical").hits[0]
    assert names([only]) == ["物流"]
    assert only.relevance > 0.5  # the base writes it another way: that is as good as it gets


def test_an_edit_is_seen_by_this_process_at_once(robots):
    assert newest(robots.pk)[0] == 0
    word_save(actor=None, base=robots, word="净扫机")
    revision, dictionary = newest(robots.pk)
    assert (revision, dictionary.words) == (1, {"净扫机"})


def test_a_base_does_not_use_the_words_of_another(robots, publish):
    other = publish({"a": "云朵净扫机"})
    word_save(actor=None, base=robots, word="云朵净扫机")
    recut_all(robots)
    assert not asking([other.pk])
    assert BaseWord.objects.get().state == WordState.ACTIVE
    assert Job.objects.filter(kind=recut.KIND).count() == 1
