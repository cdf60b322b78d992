"""Passages in which somebody left orders for the machine: what else they say is used, the lines with the orders are not."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from conversations.bot.guard import is_tainted, tainted_lines
from conversations.bot.sentences import repeated
from conversations.types import Quote
from knowledge.types import Hit


def without_orders(hits: Sequence[Hit]) -> tuple[Hit, ...]:
    """The hits, those with orders in them as the stretches between, each exactly at its place in the document; clean ones as they are."""
    return tuple(piece for hit in hits for piece in _pieces(_plainly_headed(hit)))


def rest_on_orders(quotes: Sequence[Quote]) -> bool:
    """Whether a quote stands in, or reaches over, a line that gives orders."""
    return any(is_tainted(_lines_around(quote)) for quote in quotes)


def shown_title(title: str) -> str:
    """A document's title for customers, "" when it gives orders."""
    return "" if is_tainted(title) else title


def _plainly_headed(hit: Hit) -> Hit:
    heads = (hit.title, hit.question, *hit.heading_path)
    if not any(is_tainted(head) for head in heads):
        return hit
    clean = tuple(head for head in hit.heading_path if not is_tainted(head))
    return replace(hit, title=shown_title(hit.title), question=shown_title(hit.question), heading_path=clean)


def _pieces(hit: Hit) -> Iterator[Hit]:
    spans = tainted_lines(hit.text)
    if not spans:
        yield hit
        return
    first, own = 0, repeated(hit)
    for start, end in (*spans, (len(hit.text), len(hit.text))):
        if hit.text[max(first, own) : start].strip():
            yield _piece(hit, first, start, own)
        first = end


def _piece(hit: Hit, first: int, last: int, own: int) -> Hit:
    """hit.text[first:last]; `own`: where, behind what it repeats, the hit's own piece of the document begins."""
    return replace(hit, text=hit.text[first:last], start=hit.start + max(0, first - own), end=hit.start + last - own)


def _lines_around(quote: Quote) -> str:
    text = quote.hit.text
    at = quote.start - quote.hit.start + repeated(quote.hit)
    to = at + len(quote.text)
    end = text.find("\n", to)
    return text[text.rfind("\n", 0, at) + 1 : end if end >= 0 else len(text)]
