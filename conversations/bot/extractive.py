"""An answer made of the documents' own sentences, quoted exactly, with numbered sources."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from conversations.bot.answerable import confidence
from conversations.bot.corpus import corpus_idf
from conversations.bot.cues import Wanted
from conversations.bot.evidence import Scored, cosine_scale, score
from conversations.bot.questions import asked, parts
from conversations.bot.sentences import Sentence, answer_at, repeated, sentences_of
from conversations.bot.words import pairs_of
from conversations.types import Quote
from knowledge.types import Hit, Scope
from scrm.ai.selectors import active_release_or_none

MAX_CHARS = 300
MAX_SENTENCES = 5
MAX_WHOLE = 800  # a stored answer up to this long is given whole
_SAME_QUESTION = 0.6  # Dice of character pairs: the customer asks what a stored pair answers
_KEEP = 0.35  # further sentences must be at least this likely, relative to the best
_SAME_WORDS = 0.7  # a sentence that shares so much with a chosen one says nothing new
_LONGEST = 220


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
        scored = score(wants, hits, scale)
        sure.append(confidence(wants.kind, scored, by_meaning=scale is not None))
        chosen += _chosen(wants.kind, scored, share=len(pieces), taken=chosen)
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
        if last and last.hit.chunk_id == one.hit.chunk_id and last.index + 1 == one.index:
            stretches[-1] = (stretches[-1][0], one)
        else:
            stretches.append((one, one))
    return tuple(
        Quote(number, first.hit, first.hit.text[first.at : last.to], first.start, last.end)
        for number, (first, last) in enumerate(stretches, 1)
    )


def _chosen(kind: Wanted, scored: Sequence[Scored], *, share: int, taken: Sequence[Sentence]) -> list[Sentence]:
    if not scored:
        return []
    best = scored[0]
    if whole := _stored_answer(best):
        return whole
    if kind is Wanted.HOW:
        return _stretch(best.sentence, MAX_CHARS // share)
    return _likeliest(scored, MAX_CHARS // share, max(2, MAX_SENTENCES // share), taken)


def _stored_answer(best: Scored) -> list[Sentence]:
    """The whole answer of a question-answer passage that asks the same."""
    hit = best.sentence.hit
    if not hit.question or best.figures["heading"] < _SAME_QUESTION:
        return []
    if len(hit.text) - max(answer_at(hit), repeated(hit)) > MAX_WHOLE:
        return _stretch(sentences_of(hit)[0], MAX_WHOLE)
    return sentences_of(hit)


def _stretch(first: Sentence, room: int) -> list[Sentence]:
    """The sentence and those that follow it in its passage, as far as there is room: an instruction goes on."""
    found = [first]
    for one in sentences_of(first.hit)[first.index + 1 :]:
        room -= one.to - one.at
        if room < first.to - first.at:
            break
        found.append(one)
    return found


def _likeliest(scored: Sequence[Scored], room: int, count: int, taken: Sequence[Sentence]) -> list[Sentence]:
    found: list[Sentence] = []
    said = [pairs_of(one.folded) for one in taken]
    for one in scored:
        text = one.sentence.text
        if len(found) == count or one.probability < _KEEP * scored[0].probability:
            break
        pairs = pairs_of(one.sentence.folded)
        if (found and (len(text) > room or len(text) > _LONGEST)) or one.sentence in taken or _is_said(pairs, said):
            continue
        found.append(one.sentence)
        said.append(pairs)
        room -= len(text)
    return found


def _is_said(pairs: set[str], said: Sequence[set[str]]) -> bool:
    return any(len(pairs & other) > _SAME_WORDS * max(1, min(len(pairs), len(other))) for other in said)
