"""The documents as they are at this moment."""

from collections.abc import Iterable

from conversations.models import Citation
from conversations.types import Quote
from knowledge.models import Document
from knowledge.types import Scope


def still_said(quotes: Iterable[Quote], scope: Scope) -> set[int]:
    """Numbers of the quotes that stand word for word in the live version of a document in scope."""
    quotes = list(quotes)
    live = Document.objects.answering(scope).filter(live_version__in={quote.hit.version_id for quote in quotes})
    texts = dict(live.values_list("live_version_id", "live_version__text"))
    return {q.number for q in quotes if texts.get(q.hit.version_id, "")[q.start : q.end] == q.text}


def no_longer_said(citations: Iterable[Citation], scope: Scope) -> list[Citation]:
    """Those of an earlier turn whose words do not stand in a document that answers in scope now."""
    citations = list(citations)
    live = Document.objects.answering(scope).filter(pk__in={citation.document_id for citation in citations})
    texts = dict(live.values_list("pk", "live_version__text"))
    return [each for each in citations if each.quote not in texts.get(each.document_id, "")]
