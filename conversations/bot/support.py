"""Whether a source says what a sentence says: its words by share, its figures, codes, names and negations exactly."""

from dataclasses import dataclass, field
from enum import StrEnum

from conversations.bot.facts import facts_of, lacking, plain
from conversations.bot.nouns import nouns_of
from conversations.bot.polarity import opposite
from conversations.bot.words import pair_coverage, pairs_of, says

ENOUGH = 0.55  # share of a sentence's character pairs that the source has
_SAID = 0.5  # so much of a longer word: it is there in another form


class Why(StrEnum):
    """Why a sentence is cut."""

    FIGURE = "figure"
    NAME = "name"
    NEGATION = "negation"
    WORDS = "words"
    MEANING = "meaning"
    GONE = "gone"
    NO_SOURCE = "no_source"
    SECOND = "second_opinion"


@dataclass(frozen=True)
class Support:
    """`why` is None when the source says the sentence; `detail`: the part it does not say. `scores`: `words`, share of its pairs, 0-1; more is
    added by who looks further."""

    why: Why | None
    detail: str = ""
    scores: dict[str, float] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        return self.why is None

    @property
    def rank(self) -> tuple[bool, float]:
        """Of several sources the one with the highest speaks of the sentence."""
        return self.ok, self.scores.get("words", 0.0)


def judge(source: str, sentence: str) -> Support:
    """Hold a sentence against a source, both as written."""
    return judge_plain(plain(source), sentence)


def judge_plain(source: str, sentence: str) -> Support:
    """The same with a source that is plain already (facts.plain)."""
    said = plain(sentence)
    scores = {"words": round(pair_coverage(source, pairs_of(said)), 3)}
    if missing := next(lacking(source, facts_of(said)), None):
        return Support(Why.FIGURE if missing.kind != "word" and missing.kind != "title" else Why.NAME, str(missing), scores)
    if unknown := next((noun for noun in nouns_of(said) if says(source, noun) < _SAID), ""):
        return Support(Why.NAME, unknown, scores)
    if scores["words"] < ENOUGH:
        return Support(Why.WORDS, "", scores)
    if clause := opposite(source, said):
        return Support(Why.NEGATION, clause, scores)
    return Support(None, "", scores)


def supports(source: str, sentence: str) -> bool:
    """The source has every figure, code, name and negation of the sentence, and most of its words."""
    return judge(source, sentence).ok
