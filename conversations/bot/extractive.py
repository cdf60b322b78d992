"""An answer made of the documents' own sentences, quoted exactly, with numbered sources."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from conversations.bot.answerable import confidence
from conversations.bot.corpus import corpus_idf
from conversations.bot.cues import FACTS, Wanted
from conversations.bot.evidence import Scored, alike, cosine_scale, score
from conversations.bot.questions import Asked, asked, parts
from conversations.bot.sentences import Sentence, answer_at, repeated, sentences_of, whole_answer
from conversations.bot.words import coverage, pairs_of
from conversations.types import Quote
from knowledge.text import fold
from knowledge.types import Hit, Scope
from scrm.ai.selectors import active_release_or_none

MAX_CHARS = 300
MAX_SENTENCES = 5
PART_CHARS, PART_SENTENCES = 250, 3  # for each half of a question that asks two things
_PASSAGES = 10  # what the weights were fitted on
MAX_WHOLE = 800  # a stored answer up to this long is given whole
_SAME_QUESTION = 0.6  # Dice of character pairs: the customer asks what a stored pair answers
_MEANT, _NEAR = 0.8, 0.3  # likeness of an entry's wording, by words or meaning (knowledge.retrieval.likeness)
_SAYS_MOST = 0.6
_VERY_SAME = 0.8  # from here on nothing is left to doubt
# Further sentences must be at least this likely, relative to the best: a fact gains by what stands beside it, an explanation only by
# more of itself.
_KEEP_FACT, _KEEP_EXPLANATION = 0.35, 0.6
_SAME_WORDS = 0.7  # a sentence that shares so much with a chosen one says nothing new
_LONGEST = 220
_PARAGRAPH = "\n\n"
_UNSAID = 0.15  # so much of the question is said only by what stands before a sentence in its line: quote that too


@dataclass(frozen=True)
class Draft:
    """`text` with [n] marks, `quotes` it is made of, `confidence` 0-1 that they answer the question."""

    text: str
    quotes: tuple[Quote, ...]
    confidence: float


def draft(question: str, hits: Sequence[Hit], scope: Scope) -> Draft:
    """The sentences of `hits` that answer the question best; of a question that asks two things, those of each."""
    idf = corpus_idf(question, scope)
    scale = cosine_scale(active_release_or_none())
    pieces = parts(question)
    chosen: list[Sentence] = []
    sure: list[float] = []
    for piece in pieces:
        wants = asked(piece, idf)
        hits_of = [hit for hit in hits if not hit.entry or _concerns(wants, hit)]
        scored = score(wants, _nearest(wants, hits_of), scale)
        stored, likeness = _stored(wants, hits_of)
        known = likeness if likeness >= _VERY_SAME else 0.0
        sure.append(max(known, confidence(wants.kind, scored, by_meaning=scale is not None)))
        room = (MAX_CHARS, MAX_SENTENCES) if len(pieces) == 1 else (PART_CHARS, PART_SENTENCES)
        chosen += _whole(stored) if likeness >= _SAME_QUESTION else _unbroken(_chosen(wants.kind, scored, room, taken=chosen))
    quotes = quotes_of(chosen)
    return Draft(compose(quotes), quotes, sum(sure) / len(sure) if quotes else 0.0)


def compose(quotes: Sequence[Quote]) -> str:
    """The quotes in their order, each with its number."""
    return "\n".join(f"{quote.text}[{quote.number}]" for quote in quotes)


def renumbered(quotes: Sequence[Quote]) -> tuple[Quote, ...]:
    return tuple(replace(quote, number=number) for number, quote in enumerate(quotes, 1))


def quotes_of(sentences: Sequence[Sentence]) -> tuple[Quote, ...]:
    """One quote a stretch of neighbouring sentences, best passage first, sentences in the order of their document."""
    order = {one.hit.chunk_id: place for place, one in reversed(list(enumerate(sentences)))}
    inline = sorted(set(sentences), key=lambda one: (order[one.hit.chunk_id], one.index))
    stretches: list[tuple[Sentence, Sentence]] = []
    for one in inline:
        last = stretches[-1][1] if stretches else None
        if (
            last
            and (last.hit.chunk_id, last.hit.start) == (one.hit.chunk_id, one.hit.start)
            and last.index + 1 == one.index
            and _PARAGRAPH not in one.hit.text[last.to : one.at]
        ):
            stretches[-1] = (stretches[-1][0], one)
        else:
            stretches.append((one, one))
    return tuple(
        Quote(number, first.hit, first.hit.text[first.at : last.to], first.start, last.end)
        for number, (first, last) in enumerate(stretches, 1)
    )


def _nearest(wants: Asked, hits: Sequence[Hit]) -> Sequence[Hit]:
    """The passages that say most of this question's words, in their order, when there are more than a search gives."""
    if len(hits) <= _PASSAGES:
        return hits
    said = {hit.chunk_id: coverage(fold(" ".join([hit.title, *hit.heading_path, hit.text])), wants.weights) for hit in hits}
    kept = sorted(said, key=said.__getitem__, reverse=True)[:_PASSAGES]
    return [hit for hit in hits if hit.chunk_id in kept]


def _chosen(kind: Wanted, scored: Sequence[Scored], room: tuple[int, int], *, taken: Sequence[Sentence]) -> list[Sentence]:
    if not scored:
        return []
    if kind is Wanted.HOW:
        return _section(scored[0].sentence, room[0])
    return _likeliest(scored, *room, taken, keep=_KEEP_FACT if kind in FACTS else _KEEP_EXPLANATION)


def _stored(wants: Asked, hits: Sequence[Hit]) -> tuple[Hit | None, float]:
    """The question-answer passage whose question is most like this one, and how like (0-1)."""
    likenesses = [(max(alike(wants, fold(hit.question)), _meant(wants, hit)), hit) for hit in hits if hit.question]
    likeness, hit = max(likenesses, key=lambda pair: pair[0], default=(0.0, None))
    return hit, likeness


def _meant(wants: Asked, hit: Hit) -> float:
    """An entry that the search took for this very question in other words is it, if it also says most of what is asked."""
    return _SAME_QUESTION if hit.alike >= _MEANT and _said(wants, hit) >= _SAYS_MOST else 0.0


def _concerns(wants: Asked, hit: Hit) -> bool:
    """An entry answers its own question: for another one it must at least say what is asked ("能改地址吗" is not "多久能寄出")."""
    return hit.alike >= _NEAR or _said(wants, hit) >= _SAYS_MOST


def _said(wants: Asked, hit: Hit) -> float:
    return coverage(fold(f"{hit.title} {hit.text}"), wants.weights)


def _whole(hit: Hit) -> list[Sentence]:
    """The stored answer, as far as there is room; an entry's as it was written, headings, lists and all."""
    if hit.entry:
        return [whole_answer(hit)]
    if len(hit.text) - max(answer_at(hit), repeated(hit)) > MAX_WHOLE:
        return _stretch(sentences_of(hit), MAX_WHOLE)
    return sentences_of(hit)


def _unbroken(chosen: list[Sentence]) -> list[Sentence]:
    """An entry that answers best is given whole: whoever wrote it meant it as one answer."""
    return [whole_answer(chosen[0].hit)] if chosen and chosen[0].hit.entry else chosen


def _section(best: Sentence, room: int) -> list[Sentence]:
    """An instruction from its beginning: the sentences under the same heading, if there is room, else from the best one on."""
    same = [one for one in sentences_of(best.hit) if one.under == best.under]
    if sum(one.to - one.at for one in same) <= room:
        return same
    return _stretch([one for one in same if one.index >= best.index], room)


def _stretch(sentences: Sequence[Sentence], room: int) -> list[Sentence]:
    """The first sentence, and those that follow as far as there is room."""
    found: list[Sentence] = []
    for one in sentences:
        room -= one.to - one.at
        if found and room < 0:
            break
        found.append(one)
    return found


def _likeliest(scored: Sequence[Scored], room: int, count: int, taken: Sequence[Sentence], *, keep: float) -> list[Sentence]:
    found: list[Sentence] = []
    said = [pairs_of(one.folded) for one in taken]
    for one in scored:
        text = one.sentence.text
        if len(found) == count or one.probability < keep * scored[0].probability:
            break
        pairs = pairs_of(one.sentence.folded)
        if (found and (len(text) > room or len(text) > _LONGEST)) or one.sentence in taken or _is_said(pairs, said):
            continue
        whole = _with_lead(one, room)
        found += [part for part in whole if part not in found]
        said.append(pairs)
        room -= sum(len(part.text) for part in whole)
    return found


def _with_lead(one: Scored, room: int) -> list[Sentence]:
    """The sentence, after those of its line without which nobody knows what it speaks of."""
    sentence = one.sentence
    if one.figures["context"] - one.figures["here"] < _UNSAID or sentence.to - sentence.lead > room:
        return [sentence]
    return [part for part in sentences_of(sentence.hit)[: sentence.index + 1] if part.at >= sentence.lead]


def _is_said(pairs: set[str], said: Sequence[set[str]]) -> bool:
    return any(len(pairs & other) > _SAME_WORDS * max(1, min(len(pairs), len(other))) for other in said)
