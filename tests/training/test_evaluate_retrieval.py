import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from knowledge.models import KnowledgeBase, TermStat
from tests.knowledge.conftest import endpoint, release  # noqa: F401  (fixtures)
from training.evaluation import bench, retrieval

CORPUS = [("d1", "退货", "签收七天内可以申请退货。"), ("d2", "", "电子发票自动开具。"), ("d3", "保修", "电池保修六个月。"), ("d4", "", "")]
QUERIES = [("q1", "怎么退货"), ("q2", "发票开具"), ("q3", "没有标注的问题")]
QRELS = "query-id\tcorpus-id\tscore\nq1\td1\t1\nq2\td2\t2\nq2\td3\t0\nq9\td1\t1\n"
KEYS = ["ndcg@10", "recall@5", "recall@10", "mrr@10", "queries", "documents", "index_docs_per_s", "p50_ms", "p95_ms"]


@pytest.fixture
def folder(tmp_path) -> Path:
    corpus = [json.dumps({"id": name, "title": title, "text": text}, ensure_ascii=False) for name, title, text in CORPUS]
    queries = [json.dumps({"id": name, "text": text}, ensure_ascii=False) for name, text in QUERIES]
    (tmp_path / "corpus.jsonl").write_text("\n".join(corpus), encoding="utf-8")
    (tmp_path / "queries.jsonl").write_text("\n".join(queries) + "\n", encoding="utf-8")
    (tmp_path / "qrels.tsv").write_text(QRELS, encoding="utf-8")
    return tmp_path


def evaluated(*arguments) -> dict:
    out = StringIO()
    call_command("evaluate", "retrieval", *map(str, arguments), "--json", stdout=out, stderr=StringIO())
    return json.loads(out.getvalue())


def test_figures_of_one_mode(transactional_db, release, folder):  # noqa: F811
    figures = evaluated("--set", folder, "--mode", "lexical")
    assert list(figures) == KEYS
    assert (figures["queries"], figures["documents"]) == (2, 4)
    assert (figures["ndcg@10"], figures["recall@5"], figures["mrr@10"]) == (1, 1, 1)


def test_all_modes_load_the_set_once_and_leave_nothing(transactional_db, release, endpoint, folder):  # noqa: F811
    figures = evaluated("--set", folder, "--mode", "all")
    assert list(figures) == ["hybrid", "vector", "lexical", "gain"]
    embedded = [text for request in endpoint.requests for text in request["input"] if "签收" in text]
    assert len(embedded) == 1
    assert not KnowledgeBase.objects.exists()
    assert not TermStat.objects.exists()


def test_the_scratch_base_goes_when_it_is_interrupted(transactional_db, release, folder, monkeypatch):  # noqa: F811
    def interrupted(*arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr(retrieval, "search", interrupted)
    with pytest.raises(KeyboardInterrupt):
        evaluated("--set", folder)
    assert not KnowledgeBase.objects.exists()


def test_a_kept_base_is_an_ordinary_one(transactional_db, release, folder):  # noqa: F811
    evaluated("--set", folder, "--keep")
    assert list(KnowledgeBase.objects.values_list("scratch", "live_chunks")) == [(False, 3)]


def test_a_folder_that_is_no_set_is_a_plain_error(transactional_db, release, tmp_path):  # noqa: F811
    with pytest.raises(CommandError, match=r"qrels\.tsv"):
        evaluated("--set", tmp_path)


def test_a_document_counts_once(transactional_db, release, folder):  # noqa: F811
    long = "退货。" + "签收七天内可以申请退货，运费由买家承担。" * 90
    rows = [{"id": "d1", "title": "", "text": long}, {"id": "d2", "title": "", "text": "电子发票自动开具，退货另说。"}]
    (folder / "corpus.jsonl").write_text("\n".join(json.dumps(row) for row in rows))
    assert evaluated("--set", folder, "--mode", "lexical")["recall@5"] == 1


def test_generated_texts_are_always_the_same():
    first, again = list(bench.sample_texts.passages(2)), list(bench.sample_texts.passages(2))
    assert first == again
    assert all(200 < len(text) < 600 for _name, _title, text in first)
    assert bench.sample_texts.questions(2) == bench.sample_texts.questions(2)
