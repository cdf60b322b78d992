"""Why a page is not among the documents, in words for the person who named it."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from knowledge.ingestion.causes import CAUSES
from scrm.core.http.client import FAILURES
from scrm.core.http.guard import REASONS

SKIPPED = {
    "robots": gettext_lazy("The site's robots.txt asks not to fetch this page."),
    "redirected": gettext_lazy("Leads to another page of the site, which is fetched instead."),
    "canonical": gettext_lazy("The page names another address as its own, which is fetched instead."),
    "noindex": gettext_lazy("The page asks not to be indexed."),
    "outside": gettext_lazy("Leads to another site."),
    "removed": gettext_lazy("Somebody removed this document. Restore it to have it fetched again."),
    "duplicate": gettext_lazy("Another document has the same content."),
    "no_document": gettext_lazy("Neither a page nor a document that can be read."),
}
GONE = gettext_lazy("The page is gone. Its document does not answer any more; it comes back with the page.")
_PAGE = {
    "robots_unavailable": gettext_lazy(
        "The site's robots.txt cannot be read at the moment, so nothing is fetched. It is tried again later."
    ),
    "nothing_found": gettext_lazy("No page of this site could be taken in. See the causes beside the pages."),
}


def page_cause(code: str, status: int | None = None) -> str:
    """The sentence for a code of a page or a source; "" for none."""
    if code == "gone":
        return str(GONE)
    if code == "http_status":
        return _("The site answered with the error %(status)s.") % {"status": status}
    known = SKIPPED | _PAGE | REASONS | FAILURES
    return str(known.get(code) or CAUSES.get(code) or CAUSES["internal"]) if code else ""
