"""The same text once, and different things in the last places."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from knowledge.retrieval.fusion import Candidate
from knowledge.retrieval.likeness import dice, pairs_of
from knowledge.retrieval.ranker import Traits

LOOKED_AT = 30  # candidates compared with each other
SURE = 5  # places that diversity leaves alone
SAME = 0.95  # Dice of character pairs from which two passages say the same; edits of one number stay apart by their pairs in short texts
_AS_LONG = 0.9  # passages of more different lengths are not compared
_PRICE = 0.3  # of the mixed score, for a passage that repeats a better one wholly, at Tuning.diversity 1


def once(ranked: Sequence[Candidate], traits: Mapping[int, Traits]) -> list[Candidate]:
    """Best first; of passages with the same text the best, which names the others in `same`. Numbers must agree: they are the news."""
    kept: list[Candidate] = []
    prints = {each.chunk_id: _Print(traits[each.chunk_id].text) for each in ranked[:LOOKED_AT] if each.chunk_id in traits}
    for candidate in ranked[:LOOKED_AT]:
        mine = prints.get(candidate.chunk_id)
        place = next((place for place, other in enumerate(kept) if mine and mine.is_same(prints.get(other.chunk_id))), None)
        if place is None:
            kept.append(candidate)
        else:
            kept[place] = replace(kept[place], same=(*kept[place].same, candidate.chunk_id))
    return [*kept, *ranked[LOOKED_AT:]]


def varied(ranked: Sequence[Candidate], traits: Mapping[int, Traits], diversity: float) -> list[Candidate]:
    """The same candidates; after the first SURE, each place goes to the best less what it repeats of those before it (Carbonell and
    Goldstein, maximal marginal relevance, 1998). Scores are left as they are: the order is the list's."""
    chosen, waiting = list(ranked[:SURE]), list(ranked[SURE:LOOKED_AT])
    if not diversity or len(waiting) < 2:
        return list(ranked)
    pairs = {each.chunk_id: pairs_of(traits[each.chunk_id].text) for each in (*chosen, *waiting) if each.chunk_id in traits}
    nothing: frozenset[str] = frozenset()
    repeated = {
        each.chunk_id: _most(pairs.get(each.chunk_id, nothing), [pairs.get(c.chunk_id, nothing) for c in chosen]) for each in waiting
    }
    while waiting:
        best = max(waiting, key=lambda each: each.score - diversity * _PRICE * repeated[each.chunk_id])
        waiting.remove(best)
        chosen.append(best)
        last = pairs.get(best.chunk_id, nothing)
        for each in waiting:
            repeated[each.chunk_id] = max(repeated[each.chunk_id], dice(pairs.get(each.chunk_id, nothing), last))
    return [*chosen, *ranked[LOOKED_AT:]]


def _most(mine: frozenset[str], others: Sequence[frozenset[str]]) -> float:
    return max((dice(mine, other) for other in others), default=0.0)


class _Print:
    """A text as it is compared with others; what that takes is worked out once, and only when lengths agree."""

    def __init__(self, text: str):
        self.text = text

    @cached_property
    def digits(self) -> str:
        return "".join(character for character in self.text if character.isdigit())

    @cached_property
    def pairs(self) -> frozenset[str]:
        return pairs_of(self.text)

    def is_same(self, other: "_Print | None") -> bool:
        if other is None or min(len(self.text), len(other.text)) < _AS_LONG * max(len(self.text), len(other.text)):
            return False
        return self.text == other.text or (self.digits == other.digits and dice(self.pairs, other.pairs) >= SAME)
