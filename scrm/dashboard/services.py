"""Tell people something, once; by e-mail too where the installation can send any."""

import logging
from collections.abc import Iterable
from datetime import timedelta
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.utils import timezone

from scrm.access.models import User
from scrm.core.tasks import send_after_commit
from scrm.dashboard.models import Notice

log = logging.getLogger(__name__)

MAIL_AGAIN = timedelta(minutes=15)
MAIL_FOR = timedelta(days=3)  # a notice older than this is not mailed any more
MAILS_A_RUN = 100


def notices_send_in_tx(*, users: Iterable[User], key: str, title: str, body: str = "", url: str = "") -> int:
    """A notice for each of the people who has none of this key; how many are new."""
    mail = bool(settings.EMAIL_HOST)
    users = list(users)
    known = set(Notice.objects.filter(user__in=users, key=key).values_list("user_id", flat=True))
    now = timezone.now()
    rows = [
        Notice(user=user, key=key, title=title[:300], body=body, url=url, mail_at=now if mail and user.email else None)
        for user in users
        if user.pk not in known
    ]
    Notice.objects.bulk_create(rows, ignore_conflicts=True)
    if any(row.mail_at for row in rows):
        send_after_commit("dashboard.notices_mail", queue="bulk")
    return len(rows)


def notice_read(*, user: User, notice_id: int) -> Notice | None:
    """Mark one of the person's own notices as read; None when there is no such one."""
    Notice.objects.filter(user=user, pk=notice_id, read_at=None).update(read_at=timezone.now())
    return Notice.objects.filter(user=user, pk=notice_id).first()


def notices_read(*, user: User) -> None:
    Notice.objects.filter(user=user, read_at=None).update(read_at=timezone.now())


def notices_mail() -> int:
    """Send what is due by e-mail; how many went out. What the server refuses is tried again for MAIL_FOR."""
    now = timezone.now()
    with transaction.atomic(durable=True):
        due = Notice.objects.filter(mail_at__lte=now, user__is_active=True).select_related("user")
        rows = list(due.select_for_update(skip_locked=True, of=("self",)).order_by("pk")[:MAILS_A_RUN])
        Notice.objects.filter(pk__in=[row.pk for row in rows]).update(mail_at=now + MAIL_AGAIN)
    sent = [row.pk for row in rows if _mailed(row)]
    Notice.objects.filter(pk__in=sent).update(mail_at=None)
    Notice.objects.filter(mail_at__isnull=False, created_at__lt=now - MAIL_FOR).update(mail_at=None)
    return len(sent)


def _mailed(row: Notice) -> bool:
    link = f"{settings.PUBLIC_URL.rstrip('/')}{row.url}" if settings.PUBLIC_URL and row.url else ""
    try:
        return bool(send_mail(row.title, "\n\n".join(filter(None, (row.body or row.title, link))), None, [row.user.email]))
    except (SMTPException, OSError) as error:
        log.warning("notice %s not mailed: %s", row.pk, type(error).__name__)
        return False
