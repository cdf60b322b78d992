"""Every sentence of an answer held against its source; what no source says is cut."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from conversations.bot.facts import plain
from conversations.bot.links import without_foreign_links
from conversations.bot.live import still_said
from conversations.bot.meaning import Nearness, nearness
from conversations.bot.sentences import Sentence, sentences_of, whole_answer
from conversations.bot.support import Support, Why, judge_plain
from conversations.bot.words import pair_coverage, pairs_of
from conversations.types import BotState, Quote, SentenceVerdict
from knowledge.text import fold, sentence_spans
from knowledge.types import Hit
from scrm.privacy.redact import PLACEHOLDER

PASSAGES = 6  # what a writer is shown
_STRETCH = 3  # neighbouring sentences that together may say what one sentence says
_TRIED = 3  # stretches of a passage, those with most of the words
_MARK = re.compile(r"\s*[\[【](\d{1,2})[\]】]")
_MARK_AFTER_END = re.compile(r"([。！？；!?;])((?:\s*[\[【]\d{1,2}[\]】])+)")
_ENDED, _NEW_LINE = re.compile(r"[。！？；…!?;.][”’」』》）)\]】\"']*$"), "\n"
# Signs of lists and headings; the number of an item is no figure that a source has to say.
_MARKDOWN = re.compile(r"^[ \t]*(?:(?:[-*•]|#{1,6}|\d{1,2}[.．])[ \t]+|\d{1,2}[、)）][ \t]*(?!\d))|\*\*", re.MULTILINE)


@dataclass(frozen=True)
class Claim:
    """A sentence without its marks, what its best source makes of it, and the quote of that source, numbered by place.

    `stretch`: the sentences of the source that say it together.
    """

    text: str
    support: Support
    hit: Hit | None = None
    quote: Quote | None = None
    stretch: str = ""


def grounded(state: BotState) -> BotState:
    """The sentences of a written answer that a live passage supports, each with its citation, and the verdict on every one.

    `confidence` is the share that is left.
    """
    hits = state.hits[:PASSAGES]
    passages = {_place(hit): _Passage(hit) for hit in hits}
    answer = without_foreign_links(state.answer, "\n".join(hit.text for hit in hits))
    claims = [_claim(text, marks, hits, passages) for text, marks in written_sentences(answer)]
    live = still_said([claim.quote for claim in claims if claim.quote], state.scope)
    claims = _unless_far([_unless_gone(claim, live) for claim in claims])
    quotes, numbers = _numbered(claims)
    kept = [(claim.text, numbers[claim.quote.number]) for claim in claims if claim.quote]
    verdicts = tuple(_verdict(claim, numbers) for claim in claims)
    return replace(state, answer=marked(kept), quotes=quotes, sentences=verdicts, confidence=len(kept) / len(claims) if claims else 0.0)


def quoted(state: BotState, live: set[int]) -> tuple[SentenceVerdict, ...]:
    """Verdicts on an answer made of quotes: each stands word for word in its passage, or is cut because its document changed."""
    return tuple(_quote_verdict(quote, quote.number in live) for quote in state.quotes)


def marked(sentences: Iterable[tuple[str, int]]) -> str:
    """An answer of sentences, each with the mark of its source; one without an end of its own, as an item of a list, ends its line."""
    parts = [f"{text}[{number}]{'' if _ENDED.search(text) else _NEW_LINE}" for text, number in sentences]
    return "".join(parts).removesuffix(_NEW_LINE)


def written_sentences(written: str) -> list[tuple[str, tuple[int, ...]]]:
    """(sentence without marks, its marks)."""
    text = _MARKDOWN.sub("", _MARK_AFTER_END.sub(r"\2\1", written))
    found = []
    for start, end in sentence_spans(text):
        marks = tuple(int(number) for number in _MARK.findall(text[start:end]))
        bare = _MARK.sub("", text[start:end]).strip()
        if bare:
            found.append((bare, marks))
    return found


class _Passage:
    """A passage read once for all sentences: its head and its sentences, plain."""

    def __init__(self, hit: Hit):
        self.hit = hit
        self.head = plain(" ".join([hit.title, *hit.heading_path, hit.question]))
        self.sentences: Sequence[Sentence] = [whole_answer(hit)] if hit.entry else sentences_of(hit)
        self.plain = [plain(f"{one.under} {one.text}") for one in self.sentences]

    def judge(self, sentence: str) -> tuple[Support, Sentence | None, str]:
        """What the best stretch of the passage makes of this sentence, the sentence in it to quote, and the stretch."""
        pairs = pairs_of(plain(sentence))
        judged = [(judge_plain(f"{self.head}。{text}", sentence), first, last) for text, first, last in self._nearest(pairs)]
        if not judged:
            return Support(Why.NO_SOURCE), None, ""
        support, first, last = max(judged, key=lambda one: one[0].rank)
        stretch = self.sentences[first:last]
        return support, max(stretch, key=lambda one: pair_coverage(one.folded, pairs)), "".join(one.text for one in stretch)

    def _nearest(self, pairs: set[str]) -> list[tuple[str, int, int]]:
        """The stretches that say most of the pairs, shorter ones first among equals: (text, from, to)."""
        number = len(self.sentences)
        spans = [(first, last) for size in range(1, _STRETCH + 1) for first in range(number) if (last := first + size) <= number]
        texts = [("。".join(self.plain[first:last]), first, last) for first, last in spans]
        return sorted(texts, key=lambda one: -pair_coverage(one[0], pairs))[:_TRIED]


def _place(hit: Hit) -> tuple[int, int]:
    """Of one passage several stretches may be left."""
    return hit.chunk_id, hit.start


def _claim(text: str, marks: Sequence[int], hits: Sequence[Hit], passages: Mapping[tuple[int, int], _Passage]) -> Claim:
    """Held against the passages it names, then against the others: a wrong number is put right, a wrong sentence is not."""
    bare = PLACEHOLDER.sub("", text)
    named = [hits[mark - 1] for mark in dict.fromkeys(marks) if 0 < mark <= len(hits)]
    judged = [(hit, *passages[_place(hit)].judge(bare)) for hit in (*named, *(hit for hit in hits if hit not in named))]
    if not judged:
        return Claim(text, Support(Why.NO_SOURCE))
    supported = [one for one in judged if one[1].ok]
    hit, support, source, stretch = supported[0] if supported else max(judged, key=lambda one: one[1].rank)
    if not supported or source is None:
        return Claim(text, support, hit)
    return Claim(text, support, hit, Quote(hash((source.start, hit.chunk_id)), hit, source.text, source.start, source.end), stretch)


def _unless_gone(claim: Claim, live: set[int]) -> Claim:
    if claim.quote is None or claim.quote.number in live:
        return claim
    return replace(claim, support=replace(claim.support, why=Why.GONE), quote=None)


def _unless_far(claims: Sequence[Claim]) -> list[Claim]:
    """Without those that say something else in their source's words. What stands there word for word need not be compared."""
    asked = [claim for claim in claims if claim.quote and fold(claim.text) not in fold(claim.stretch)]
    found = nearness([(PLACEHOLDER.sub("", claim.text), tuple({claim.stretch, claim.quote.text})) for claim in asked])
    judged = {id(claim): _with_meaning(claim, near) for claim, near in zip(asked, found, strict=True) if near}
    return [judged.get(id(claim), claim) for claim in claims]


def _with_meaning(claim: Claim, near: Nearness) -> Claim:
    support = replace(claim.support, scores={**claim.support.scores, "meaning": near.cosine})
    return replace(claim, support=support) if near.enough else replace(claim, support=replace(support, why=Why.MEANING), quote=None)


def _numbered(claims: Sequence[Claim]) -> tuple[tuple[Quote, ...], dict[int, int]]:
    """Quotes numbered from 1 in the order of the text, each place once, and the number of each place."""
    order: dict[int, Quote] = {}
    for claim in claims:
        if claim.quote:
            order.setdefault(claim.quote.number, replace(claim.quote, number=len(order) + 1))
    return tuple(order.values()), {place: quote.number for place, quote in order.items()}


def _verdict(claim: Claim, numbers: Mapping[int, int]) -> SentenceVerdict:
    return SentenceVerdict(
        text=claim.text,
        supported=claim.quote is not None,
        why=str(claim.support.why or ""),
        detail=claim.support.detail,
        chunk=claim.hit.chunk_id if claim.hit else None,
        number=numbers[claim.quote.number] if claim.quote else None,
        scores=claim.support.scores,
    )


def _quote_verdict(quote: Quote, live: bool) -> SentenceVerdict:
    said = fold(quote.text) in fold(quote.hit.text)
    why = "" if live and said else Why.GONE if said else Why.WORDS
    return SentenceVerdict(quote.text, not why, str(why), "", quote.hit.chunk_id, quote.number if not why else None, {"words": float(said)})
