"""The list of sources below an answer."""

from collections.abc import Sequence

from conversations.types import Quote


def with_sources(answer: str, quotes: Sequence[Quote]) -> str:
    """The answer as a customer reads it: then one line a document passage, 《document》 heading 第N页."""
    lines: dict[str, list[int]] = {}
    for quote in quotes:
        lines.setdefault(_place(quote), []).append(quote.number)
    listed = ["".join(f"[{number}]" for number in numbers) + place for place, numbers in lines.items()]
    return "\n".join([answer, "", "来源：", *listed]) if listed else answer


def _place(quote: Quote) -> str:
    hit = quote.hit
    heading = hit.heading_path[-1] if hit.heading_path and hit.heading_path[-1] != hit.title else ""
    page = f"第{hit.page}页" if hit.page else ""
    return " ".join(part for part in (f"《{hit.title}》", heading, page) if part)
