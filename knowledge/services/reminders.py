"""Owners hear of their documents before these expire or are due for review; once for each date."""

import datetime
from collections.abc import Iterable

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from knowledge.finding_selectors import findings_count
from knowledge.models import Document, KnowledgeBase
from knowledge.selectors import people_of
from scrm.access import policy
from scrm.access.models import User
from scrm.dashboard.services import notices_send_in_tx

CHANGE = "knowledge.change_document"
NAMED = 10  # documents that a notice lists by name
PAST = datetime.timedelta(days=7)  # what expired while nobody was reminded is still told for a week


def reminders_send(*, today: datetime.date | None = None) -> int:
    """Remind of every document that is due within REMIND_DAYS; how many notices are new. A base a transaction, so a kill repeats nothing."""
    today = today or timezone.localdate()
    return sum(_remind(base, today) for base in KnowledgeBase.objects.filter(scratch=False).order_by("pk"))


def review_announce(*, base: KnowledgeBase, job_id: int) -> None:
    """Tell those who keep the base what a review found."""
    count = sum(findings_count(base).values())
    if not count:
        return
    title = ngettext("%(base)s: the review found %(n)d thing to look at", "%(base)s: the review found %(n)d things to look at", count)
    with transaction.atomic(durable=True):
        notices_send_in_tx(
            users=keepers(base),
            key=f"review:{job_id}",
            title=title % {"base": base.name, "n": count},
            url=reverse("knowledge:findings", args=[base.pk]),
        )


def keepers(base: KnowledgeBase) -> list[User]:
    """Who may change documents of the base and was given it; where there is nobody, the administrators."""
    able = [user for user in people_of(base) if policy.can(user, CHANGE, base)]
    return [user for user in able if not policy.sees_everything(user)] or able


def _remind(base: KnowledgeBase, today: datetime.date) -> int:
    with transaction.atomic(durable=True):
        due = _due_in_tx(base, today)
        if not due:
            return 0
        sent = sum(_tell_in_tx(base, users, documents, today) for users, documents in _by_reader(base, due))
        for document, days in due:
            document.reminded_for = max(days)
        Document.objects.bulk_update([document for document, _days in due], ["reminded_for"], batch_size=500)
    return sent


def _due_in_tx(base: KnowledgeBase, today: datetime.date) -> list[tuple[Document, list[datetime.date]]]:
    """Documents with the days that their owners have not been reminded of, locked."""
    soon = today + datetime.timedelta(days=settings.REMIND_DAYS)
    near = Q(review_by__lte=soon) | Q(valid_until__date__range=(today - PAST, soon))
    rows = base.documents.filter(near, live_version__isnull=False).select_related("owner").select_for_update(of=("self",)).order_by("pk")
    found = ((row, _days(row, today, soon)) for row in rows)
    return [(row, days) for row, days in found if days and max(days) != row.reminded_for]


def _days(row: Document, today: datetime.date, soon: datetime.date) -> list[datetime.date]:
    ends = timezone.localtime(row.valid_until).date() if row.valid_until else None
    days = [row.review_by] if row.review_by and row.review_by <= soon else []
    return days + ([ends] if ends and today - PAST <= ends <= soon else [])


def _by_reader(base: KnowledgeBase, due) -> Iterable[tuple[list[User], list[tuple[Document, list[datetime.date]]]]]:
    """Owners with their documents; those without an owner, or whose owner lost the base, with its keepers."""
    able = {user.pk for user in people_of(base)}
    owned: dict[int, list] = {}
    for document, days in due:
        owner = document.owner_id if document.owner_id in able else 0
        owned.setdefault(owner, []).append((document, days))
    for owner, documents in owned.items():
        yield ([documents[0][0].owner] if owner else keepers(base)), documents


def _tell_in_tx(base: KnowledgeBase, users: list[User], documents: list[tuple[Document, list[datetime.date]]], today: datetime.date) -> int:
    first = min(min(days) for _document, days in documents)
    n = len(documents)
    title = ngettext("%(name)s needs a look until %(day)s", "%(n)d documents of %(base)s need a look, the first until %(day)s", n)
    body = [f"{date_format(min(days), 'Y-m-d')}  {document}" for document, days in documents[:NAMED]]
    if n > NAMED:
        body.append(_("and %(n)d more") % {"n": n - NAMED})
    url = reverse("knowledge:document", args=[documents[0][0].pk]) if n == 1 else reverse("knowledge:findings", args=[base.pk])
    facts = {"name": str(documents[0][0]), "n": n, "base": base.name, "day": date_format(first, "Y-m-d")}
    return notices_send_in_tx(
        users=users, key=f"due:{base.pk}:{today}:{documents[0][0].pk}", title=title % facts, body="\n".join(body), url=url
    )
