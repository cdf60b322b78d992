"""The same text once, and different things in the last places."""

from collections.abc import Mapping, Sequence
from math import inf

from knowledge.retrieval.fusion import Candidate
from knowledge.retrieval.likeness import dice
from knowledge.retrieval.ranker import Traits

LOOKED_AT = 30  # candidates compared with each other
SURE = 5  # places that diversity leaves alone
SAME = 0.95  # Dice of character pairs from which two passages say the same; edits of one number stay apart by their pairs in short texts
_AS_LONG = 0.9  # passages of more different lengths are not compared
_PRICE = 0.3  # of the mixed score, for a passage that repeats a better one wholly, at Tuning.diversity 1


def once(ranked: Sequence[Candidate], traits: Mapping[int, Traits]) -> list[Candidate]:
    """Best first; of passages with the same text the best, which names the others in `same`. Numbers must agree: they are the news."""
    kept: list[Candidate] = []
    for candidate in ranked[:LOOKED_AT]:
        mine = traits.get(candidate.chunk_id)
        place = next((place for place, other in enumerate(kept) if _is_same(mine, traits.get(other.chunk_id))), None)
        if place is None:
            kept.append(candidate)
        else:
            kept[place] = kept[place]._replace(same=(*kept[place].same, candidate.chunk_id))
    return [*kept, *ranked[LOOKED_AT:]]


def varied(ranked: Sequence[Candidate], traits: Mapping[int, Traits], diversity: float) -> list[Candidate]:
    """The same candidates; after the first SURE, each place goes to the best less what it repeats of those before it (Carbonell and
    Goldstein, maximal marginal relevance, 1998). Scores are left as they are: the order is the list's."""
    chosen, waiting = list(ranked[:SURE]), list(ranked[SURE:LOOKED_AT])
    if not diversity or len(waiting) < 2:
        return list(ranked)
    price, repeats = diversity * _PRICE, {each.chunk_id: _Repeats(traits.get(each.chunk_id)) for each in waiting}
    while waiting:
        # The rest would lose to the first even if it repeated everything and they nothing: most places are decided without comparing.
        least = max(each.score for each in waiting) - price
        close = [each for each in waiting if each.score >= least]
        said = [traits[each.chunk_id] for each in chosen if each.chunk_id in traits] if len(close) > 1 else []
        best = _worthiest(close, repeats, said, price) if said else max(close, key=lambda each: each.score)
        waiting.remove(best)
        chosen.append(best)
    return [*chosen, *ranked[LOOKED_AT:]]


def _worthiest(close: Sequence[Candidate], repeats: Mapping[int, "_Repeats"], said: Sequence[Traits], price: float) -> Candidate:
    """The first of those worth most. One that is behind by what it repeated so far is not compared further: that only grows."""
    best, most = close[0], -inf
    for each in close:
        mine = repeats[each.chunk_id]
        if each.score - price * mine.most > most and (worth := each.score - price * mine.of(said)) > most:
            best, most = each, worth
    return best


class _Repeats:
    """How much a passage repeats of a list that only grows: what was compared once is not compared again."""

    def __init__(self, mine: Traits | None):
        self.mine, self.most, self.compared = mine, 0.0, 0

    def of(self, said: Sequence[Traits]) -> float:
        """0-1: Dice of the character pairs with the one most like it."""
        for other in said[self.compared :] if self.mine else ():
            self.most = max(self.most, dice(self.mine.pairs, other.pairs))
        self.compared = len(said)
        return self.most


def _is_same(one: Traits | None, other: Traits | None) -> bool:
    if one is None or other is None or min(len(one.text), len(other.text)) < _AS_LONG * max(len(one.text), len(other.text)):
        return False
    return one.text == other.text or (one.digits == other.digits and dice(one.pairs, other.pairs) >= SAME)
