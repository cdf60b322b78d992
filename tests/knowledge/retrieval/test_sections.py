import pytest

from knowledge.models import Chunk, DocumentVersion
from knowledge.retrieval import search
from knowledge.retrieval.sections import LIMIT, surrounding, widened
from knowledge.types import Hit, Scope


def _section(word: str, number: int) -> str:
    return "".join(f"{word}第{each}条规定，{word}需要在{each}个工作日内由客服人员登记并且逐项核对。" for each in range(number))


@pytest.fixture
def handbook(upload, base) -> Scope:
    text = f"# 退货\n\n{_section('退货', 36)}\n\n# 保修\n\n{_section('保修', 130)}\n\n# 发票\n\n{_section('发票', 14)}"
    upload("手册.md", text)
    return Scope((base.pk,))


def hit_of(chunk: Chunk, score: float = 1.0, **changes) -> Hit:
    facts = {
        "chunk_id": chunk.pk, "document_id": chunk.version.document_id, "version_id": chunk.version_id, "base_id": 1, "title": "手册",
        "heading_path": tuple(chunk.heading_path), "page": None, "text": chunk.text, "question": "", "kind": chunk.kind,
        "start": chunk.start, "end": chunk.end, "score": score, "relevance": 0.5, "vector_rank": 1, "vector_score": 0.9,
        "lexical_rank": 1, "lexical_score": 1.0, "matched": (), "ordinal": chunk.ordinal,
    }  # fmt: skip
    return Hit(**(facts | changes))


def chunks_of(heading: str) -> list[Chunk]:
    return list(Chunk.objects.filter(heading_path=[heading]).select_related("version").order_by("ordinal"))


def test_neighbours_become_one_text_that_stands_in_the_document(handbook):
    section = chunks_of("退货")
    assert len(section) > 1
    [one] = widened([hit_of(section[1], 2.0, matched=("退货",)), hit_of(section[0], 1.0, matched=("登记",))])
    assert (one.chunk_id, one.parts, one.matched) == (section[1].pk, (section[1].pk, section[0].pk), ("退货", "登记"))
    assert one.text == DocumentVersion.objects.get().text[one.start : one.end]
    assert one.text.count("退货第3条规定") == 1
    assert one.text.startswith(section[0].text[:20])
    assert one.text.endswith(section[-1].text[-20:])


def test_the_section_around_two_of_its_passages_stays_within_the_limit(handbook):
    section = chunks_of("保修")
    assert section[-1].end - section[0].start > LIMIT
    [one] = widened([hit_of(section[0]), hit_of(section[1])])
    assert section[1].end <= one.end <= section[0].start + LIMIT
    assert "发票" not in one.text
    assert "退货" not in one.text


def test_far_apart_of_two_sections_or_alone_they_stay_as_they_are(handbook):
    long, other = chunks_of("保修"), chunks_of("退货")
    alone = [hit_of(long[0], 3.0), hit_of(other[0], 2.0), hit_of(long[-1], 1.0)]
    assert widened(alone) == tuple(alone)
    assert widened([]) == ()


def test_the_place_is_that_of_the_best(handbook):
    [first, second, *_], [other, *_] = chunks_of("退货"), chunks_of("保修")
    assert [hit.chunk_id for hit in widened([hit_of(second), hit_of(other), hit_of(first)])] == [second.pk, other.pk]
    assert [hit.chunk_id for hit in widened([hit_of(other), hit_of(second), hit_of(first)])] == [other.pk, second.pk]


@pytest.mark.parametrize("changes", [{"kind": "table"}, {"kind": "qa", "question": "怎么退？"}, {"entry": True}])
def test_what_repeats_a_header_or_a_question_is_no_stretch_of_the_document(handbook, changes):
    hits = tuple(hit_of(chunk, **changes) for chunk in chunks_of("退货"))
    assert widened(hits) == hits
    assert surrounding(hits) == {}


def test_the_section_around_one_hit_for_people(handbook):
    section = chunks_of("退货")
    around = surrounding([hit_of(section[0])])[section[0].pk]
    assert section[0].text in around.text
    assert section[-1].text in around.text
    assert around.text == DocumentVersion.objects.get().text[around.start : around.end]
    [short] = chunks_of("发票")[-1:]
    assert surrounding([hit_of(short)]) == {}


def test_a_search_gives_what_is_needed(handbook):
    hits = search("退货需要登记核对", handbook, threshold=0).hits
    assert {hit.ordinal for hit in hits} == set(Chunk.objects.values_list("ordinal", flat=True)) & {hit.ordinal for hit in hits}
    joined = widened(hits)
    assert len(joined) < len(hits)
    assert {part for hit in joined for part in (hit.parts or (hit.chunk_id,))} == {hit.chunk_id for hit in hits}
