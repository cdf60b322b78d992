"""The list of sources below an answer."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from django.conf import settings

from conversations.bot.poisoned import shown_title
from conversations.types import Quote
from knowledge.models import AllowedHost
from knowledge.web_selectors import source_urls

UNTITLED = "资料"  # for a title that is no title but gives orders
LONGEST_URL = 80  # characters; a longer one is a line nobody wants in a chat


def with_sources(answer: str, quotes: Sequence[Quote]) -> str:
    """The answer as a customer reads it: then one line a document passage, 《document》 heading 第N页, and where settings want it the
    short address of a web page that anyone can open."""
    urls = _public_urls(quotes) if settings.SOURCE_LINKS else {}
    lines: dict[str, list[int]] = {}
    for quote in quotes:
        lines.setdefault(f"{_place(quote)} {urls.get(quote.hit.document_id, '')}".strip(), []).append(quote.number)
    listed = ["".join(f"[{number}]" for number in numbers) + place for place, numbers in lines.items()]
    return "\n".join([answer, "", "来源：", *listed]) if listed else answer


def _public_urls(quotes: Sequence[Quote]) -> dict[int, str]:
    """By document. Hosts of the intranet, which an administrator opened by name, are nothing to a customer."""
    urls = source_urls({quote.hit.document_id for quote in quotes})
    inside = set(AllowedHost.objects.values_list("host", flat=True)) if urls else set()
    return {document: url for document, url in urls.items() if len(url) <= LONGEST_URL and urlsplit(url).hostname not in inside}


def _place(quote: Quote) -> str:
    hit = quote.hit
    heading = hit.heading_path[-1] if hit.heading_path and hit.heading_path[-1] != hit.title else ""
    page = f"第{hit.page}页" if hit.page else ""
    return " ".join(part for part in (f"《{shown_title(hit.title) or UNTITLED}》", shown_title(heading), page) if part)
