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

# Keys of knowledge.retrieval.explaining.Why.
WHY = {
    "words": _("Contains words of the question: %(words)s"),
    "synonyms": _("Contains %(words)s, which the dictionary says means the same as %(said)s"),
    "missing": _("Does not contain: %(words)s"),
    "meaning_alone": _("Shares no word with the question: found by its meaning alone"),
    "words_alone": _("Found by its words alone: by meaning it is not among the nearest"),
    "entry": _("A stored question, %(share)s%% like the one asked"),
    "above": _("Relevance %(relevance)s%%: %(by)s points above the threshold"),
    "below": _("Relevance %(relevance)s%%: %(by)s points below the threshold"),
}

# Of knowledge.retrieval.explaining.Silent.
SILENT = {
    "early": _("is not valid yet"),
    "late": _("is outdated"),
    "internal": _("is for staff only"),
}
