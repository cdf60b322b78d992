import pytest

from knowledge.retrieval import ranker
from knowledge.retrieval import ranker_weights as weight
from knowledge.retrieval.background import Background
from knowledge.retrieval.fusion import Candidate
from knowledge.retrieval.likeness import pairs_of
from knowledge.retrieval.ranker import Asked, Traits
from knowledge.retrieval.tuning import SHIPPED, Tuning

KNOWN = Background(0.8, 0.02)
ASKED = Asked(pairs_of("怎么退货"), {"怎么": 1.0, "退货": 3.0}, total=4.0, heaviest=3.0, absent=0.0)


def candidate(chunk: int, *, cosine: float | None = 0.88, bm25: float = 2.0, score: float = 1.0) -> Candidate:
    return Candidate(chunk, cosine, bm25, 1, 1, score)


def traits(chunk: int, *, group: str = "", head: str = "", text: str = "签收七天内可以申请。", matched=()) -> Traits:
    return Traits(chunk, group or str(chunk), head, text, frozenset(matched))


def ranked(candidates, rows, tuning=SHIPPED, asked=ASKED) -> list[Candidate]:
    return ranker.rank(asked, candidates, {row.chunk_id: row for row in rows}, KNOWN, tuning)


def order(*arguments, **named) -> list[int]:
    return [each.chunk_id for each in ranked(*arguments, **named)]


def test_reasons_add_up_to_the_score():
    found = ranked([candidate(1), candidate(2, score=0.9)], [traits(1, group="a", matched={"退货"}), traits(2, group="a", head="退货")])
    for each in found:
        assert each.score == pytest.approx(sum(reason.points for reason in each.reasons))
    assert {reason.key for reason in found[0].reasons} == {"meaning", "words", "title", "opening", "document", "length"}


def test_meaning_counts_in_deviations_of_the_encoder():
    near, far = ranked([candidate(1, cosine=0.90), candidate(2, cosine=0.88)], [traits(1), traits(2)])
    assert (near.chunk_id, far.chunk_id) == (1, 2)
    assert near.score - far.score == pytest.approx(weight.MEANING)


@pytest.mark.parametrize(
    "better",
    [{"matched": {"退货"}}, {"text": "怎么退货？签收后申请。"}],
)
def test_each_sign_of_an_answer_raises(better):
    assert order([candidate(1), candidate(2)], [traits(1), traits(2, **better)]) == [2, 1]


def test_heavy_words_count_more():
    assert order([candidate(1), candidate(2)], [traits(1, matched={"怎么"}), traits(2, matched={"退货"})]) == [2, 1]


def test_a_passage_gains_when_another_of_its_document_is_found():
    rest = [candidate(chunk, score=0.1) for chunk in (3, 4, 5)]
    alone = [traits(chunk) for chunk in (1, 3, 4, 5)]
    assert order([candidate(1), candidate(2), *rest], [*alone, traits(2, group="g")])[:2] == [1, 2]
    rest.append(candidate(6, score=1.0))
    assert order([candidate(1), candidate(2), *rest], [*alone, traits(2, group="g"), traits(6, group="g")])[0] in (2, 6)


def test_weights_of_a_base_turn_the_order():
    rows = [traits(1, head="别的"), traits(2, head="怎么退货")]
    candidates = [candidate(1, cosine=0.885), candidate(2, cosine=0.88)]
    assert order(candidates, rows) == [1, 2]
    assert order(candidates, rows, Tuning(title=2.0)) == [2, 1]
    assert order([candidate(1, cosine=0.95), candidate(2, bm25=6.0)], rows, Tuning(meaning=0.0)) == [2, 1]
    assert order([candidate(1, bm25=9.0), candidate(2, cosine=0.9)], rows, Tuning(words=0.0)) == [2, 1]


def test_those_behind_the_pool_stay_behind_in_their_order():
    many = [candidate(chunk, score=-chunk) for chunk in range(ranker.POOL + 3)]
    found = ranked(many, [traits(chunk) for chunk in range(ranker.POOL + 3)])
    assert [each.chunk_id for each in found[-3:]] == [ranker.POOL, ranker.POOL + 1, ranker.POOL + 2]
    assert all(one.score > other.score for one, other in zip(found[-4:], found[-3:], strict=False))


def test_what_was_withdrawn_meanwhile_is_left_out():
    assert order([candidate(1), candidate(2)], [traits(2)]) == [2]


def test_nothing_known_is_no_error():
    nobody = Asked(frozenset(), {}, total=0.0, heaviest=0.0, absent=0.0)
    assert order([candidate(1, cosine=None, bm25=0.0)], [traits(1, text="")], asked=nobody) == [1]
    assert ranked([], []) == []
