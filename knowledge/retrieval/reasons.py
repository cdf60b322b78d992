"""Words for people: why a hit stands where it stands, and what a search has to say beside its hits."""

from django.utils.translation import gettext_lazy as _

# Keys of Hit.reasons.
LABELS = {
    "meaning": _("similar in meaning"),
    "words": _("words of the question"),
    "title": _("words in title, question or headings"),
    "opening": _("begins like the question"),
    "faq": _("matches a stored question"),
    "document": _("other passages of the document match"),
    "rerank": _("read again by the reranking model"),
    "length": _("length of the passage"),
}

# Keys of SearchResult.notes.
NOTES = {
    "rerank_failed": _("The reranking model did not answer in time; this is the search's own order."),
    "relaxed": _("Nothing matched the question as asked; these passages match part of it."),
}
