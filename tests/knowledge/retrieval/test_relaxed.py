"""The second, looser pass, and the reason when nothing is found."""

from knowledge.retrieval import grammar, search
from knowledge.retrieval.fusion import Candidate
from knowledge.retrieval.search import _says_most
from knowledge.types import Reason


def candidate(share):
    return Candidate(1, 0.8, 1.0, reasons=(Reason("words", share, share),))


def test_only_what_holds_most_of_the_question_passes_the_second_time():
    assert _says_most(candidate(0.7))
    assert not _says_most(candidate(0.3))
    assert not _says_most(Candidate(1, 0.9, 0.0))


def test_a_threshold_that_was_asked_for_is_kept(shop, scope_of):
    result = search("退货", scope_of(shop), threshold=1.1)
    assert (result.hits, result.relaxed, result.notes) == ((), False, ())


def test_an_empty_base_says_so(release, publish, scope_of):
    base = publish({})
    assert search("退货", scope_of(base)).reason == "empty_base"


def test_grammar_weighs_little_and_names_weigh_whole():
    assert [round(grammar.share("什么", passages), 2) for passages in (1, 300, 949, 3_000, 1_000_000)] == [0.2, 0.2, 0.35, 0.5, 0.5]
    assert grammar.share("e12", 1) == grammar.share("退货", 1) == 1.0
