"""The list of a base's documents: filtered, sorted, each with the one word that says whether it answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from knowledge.choices import Audience, DocumentKind, VersionState
from knowledge.ingestion.claims import UNFINISHED
from knowledge.models import Chunk, Document, DocumentVersion, KnowledgeBase
from knowledge.models.documents import StatementNow

_HERE = Q(removed_at=None)
_LIVE = Q(live_version__isnull=False)
_BEGUN = Q(valid_from=None) | Q(valid_from__lte=StatementNow())
_NOT_OVER = Q(valid_until=None) | Q(valid_until__gt=StatementNow())

STATES = {
    "answering": _("answering"),
    "internal": _("answers staff only"),
    "not_yet": _("not yet valid"),
    "expired": _("expired"),
    "importing": _("importing"),
    "failed": _("last import failed"),
    "review_due": _("review is due"),
    "removed": _("removed"),
}
_STATE_IS = {
    "answering": _LIVE & _BEGUN & _NOT_OVER & Q(audience=Audience.PUBLIC),
    "internal": _LIVE & _BEGUN & _NOT_OVER & Q(audience=Audience.INTERNAL),
    "not_yet": _LIVE & Q(valid_from__gt=StatementNow()),
    "expired": _LIVE & Q(valid_until__lte=StatementNow()),
    "importing": _HERE & Q(newest_state__in=UNFINISHED),
    "failed": _HERE & Q(newest_state=VersionState.FAILED),
    "removed": Q(removed_at__isnull=False),
}
SORTS = {
    "": (_("newest first"), (F("newest_id").desc(nulls_last=True), "-pk")),
    "name": (_("by name"), ("name", "pk")),
    "used": (_("last used first"), (F("last_used_at").desc(nulls_last=True), "pk")),
    "unused": (_("longest unused first"), (F("last_used_at").asc(nulls_first=True), "pk")),
    "valid_until": (_("expiring first"), (F("valid_until").asc(nulls_last=True), "pk")),
    "review_by": (_("review due first"), (F("review_by").asc(nulls_last=True), "pk")),
}
NOBODY = "none"


@dataclass(frozen=True)
class Filter:
    """What a person chose above the list; unknown values choose nothing. `owner`: an id, NOBODY, or ""."""

    q: str = ""
    state: str = ""
    kind: str = ""
    owner: str = ""
    audience: str = ""
    sort: str = ""

    @classmethod
    def read(cls, values: Mapping[str, str]) -> "Filter":
        owner = values.get("owner", "")
        return cls(
            q=values.get("q", "").replace("\x00", "").strip()[:100],
            state=_known(values, "state", STATES),
            kind=_known(values, "kind", DocumentKind.values),
            owner=owner if owner == NOBODY or (owner.isdecimal() and len(owner) < 10) else "",
            audience=_known(values, "audience", Audience.values),
            sort=_known(values, "sort", SORTS),
        )

    @property
    def chosen(self) -> dict[str, str]:
        """The values that are set."""
        return {key: value for key, value in vars(self).items() if value}

    @property
    def query(self) -> str:
        return urlencode(self.chosen)

    @property
    def narrows(self) -> bool:
        return bool(self.chosen.keys() - {"sort"})


def _known(values: Mapping[str, str], key: str, allowed) -> str:
    value = values.get(key, "")
    return value if value in allowed else ""


def documents_listed(base: KnowledgeBase, chosen: Filter = Filter()) -> QuerySet[Document]:
    """A base's documents under the filter (removed ones only when asked for), sorted, with `newest_id` and `live_chunks`."""
    newest = DocumentVersion.objects.filter(document=OuterRef("pk")).order_by("-number")
    chunks = Chunk.objects.filter(version=OuterRef("live_version")).order_by().values("version").annotate(n=Count("pk")).values("n")
    rows = _matching(base.documents.annotate(newest_state=Subquery(newest.values("state")[:1])), chosen)
    rows = rows.select_related("live_version", "owner").defer("live_version__text", "live_version__outline")
    rows = rows.annotate(newest_id=Subquery(newest.values("pk")[:1]), live_chunks=Coalesce(Subquery(chunks), 0))
    return rows.order_by(*SORTS[chosen.sort][1])


def _matching(rows: QuerySet[Document], chosen: Filter) -> QuerySet[Document]:
    if chosen.state == "review_due":
        rows = rows.filter(_HERE, review_by__lte=timezone.localdate())
    else:
        rows = rows.filter(_STATE_IS.get(chosen.state, _HERE))
    if chosen.q:
        rows = rows.filter(Q(name__icontains=chosen.q) | Q(title__icontains=chosen.q))
    if chosen.kind:
        rows = rows.filter(kind=chosen.kind)
    if chosen.audience:
        rows = rows.filter(audience=chosen.audience)
    if chosen.owner:
        rows = rows.filter(owner=None if chosen.owner == NOBODY else int(chosen.owner))
    return rows


def state_of(document: Document) -> str:
    """The key of STATES that says whether the document answers now; "" for one without a live version."""
    if document.removed_at:
        return "removed"
    if document.live_version_id is None:
        return ""
    now = timezone.now()
    if document.valid_until and document.valid_until <= now:
        return "expired"
    if document.valid_from and document.valid_from > now:
        return "not_yet"
    return "internal" if document.audience == Audience.INTERNAL else "answering"
