"""Many texts at once end as the same rows as files do."""

from knowledge.ingestion import bulk
from knowledge.ingestion.bulk import Loaded, load_documents
from knowledge.models import Chunk, ChunkEmbedding, ChunkLexical, Document
from knowledge.retrieval import search
from knowledge.types import Scope


def texts(count: int, said: str = "内容") -> list[tuple[str, str, str]]:
    return [(f"d{n}", f"标题{n}", f"第{n}篇的{said}。") for n in range(count)]


def test_texts_are_published_and_found(base, release):
    done = []
    assert load_documents(base, texts(30), done.append, batch=8) == Loaded(documents=30, chunks=30)
    base.refresh_from_db()
    assert (done[-1], base.live_chunks) == (30, 30)
    assert Chunk.objects.count() == ChunkEmbedding.objects.count() == ChunkLexical.objects.count() == 30
    hits = search("标题7", Scope((base.pk,)), mode="lexical", threshold=0).hits
    assert hits[0].title == "标题7"


def test_loading_again_changes_only_what_changed(base, release):
    load_documents(base, texts(10))
    assert load_documents(base, texts(5, "新内容") + texts(10)[5:]) == Loaded(documents=5, chunks=5, unchanged=5)
    base.refresh_from_db()
    assert (base.live_chunks, Document.objects.get(name="d1").live_version.number) == (10, 2)


def test_empty_texts_are_counted_and_left_out(base, release):
    assert load_documents(base, [("a", "", " \n"), ("b", "题", "文。")]) == Loaded(documents=1, chunks=1, empty=1)


def test_queries_do_not_grow_with_the_documents(base, release, django_assert_max_num_queries):
    with django_assert_max_num_queries(40):
        load_documents(base, texts(200))


def test_a_batch_is_all_or_nothing(base, release, monkeypatch):
    def fails(*_args):
        raise RuntimeError

    monkeypatch.setattr(bulk, "stats_apply_in_tx", fails)
    try:
        load_documents(base, texts(3))
    except RuntimeError:
        pass
    assert Document.objects.count() == Chunk.objects.count() == 0
