"""Fetching what an account's doorbells announced (wecom protocol notes b.3, b.14).

One worker pulls an account at a time: a session lock in Postgres, which a killed worker frees by dying. No transaction is open while
WeCom is asked; each page is stored with the cursor behind it in one transaction, only if the cursor is still where the page began.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from conversations.channels.wecom_kf.accounts import client_of, open_kfid_of
from conversations.channels.wecom_kf.client import SyncPage, WecomClient
from conversations.channels.wecom_kf.errors import WecomError, WecomTimeout, WecomUnreachable
from conversations.channels.wecom_kf.xml import KF_ACCOUNT_AUTH_CHANGE
from conversations.choices import EventState
from conversations.models import ChannelAccount, InboundEvent
from conversations.services.inbound import page_store
from scrm.core.locks import try_session_lock
from scrm.core.tasks import send

STALE_MSG_TOKEN = 95007
MSG_TOKEN_S = 570  # valid for 10 minutes
BATCH = 1000
# An account whose last pull failed is tried again by the drain only after this long; a doorbell tries at once.
REST_S = 15
# Pages in a row that do not move the cursor: more than a few are a fault of the server, not empty pages.
STANDING_PAGES = 20


def accounts_waiting() -> list[int]:
    """Ids of enabled accounts with doorbells nobody has worked on."""
    rested = Q(last_error_at__isnull=True) | Q(last_error_at__lt=timezone.now() - timedelta(seconds=REST_S))
    waiting = InboundEvent.objects.filter(state=EventState.RECEIVED).values("account")
    return list(ChannelAccount.objects.filter(rested, enabled=True, pk__in=waiting).values_list("pk", flat=True))


def account_pull(*, account_id: int, always: bool = False) -> None:
    """Store everything that WeCom has for this account. Without waiting doorbells nothing is asked, unless `always`.

    No effect while another worker pulls: it looks for new doorbells before it ends, and again after it has freed the lock.
    """
    again = True
    while again:
        with try_session_lock("account_pull", account_id) as mine:
            again = mine and _pull_until_quiet(account_id, always) and _waiting(account_id).exists()
        always = False


def _waiting(account_id: int):
    return InboundEvent.objects.filter(account_id=account_id, state=EventState.RECEIVED).order_by("id")


def _pull_until_quiet(account_id: int, always: bool) -> bool:
    """Whether all went well and it is worth looking again. Doorbells that arrive meanwhile are served too."""
    while True:
        account = ChannelAccount.objects.filter(pk=account_id, enabled=True).first()
        events = list(_waiting(account_id).values("pk", "payload", "received_at")[:BATCH])
        if account is None:
            return False
        if not (events or always):
            return True
        try:
            _catch_up(account, _fresh_token(events, open_kfid_of(account)))
        except (WecomError, WecomUnreachable, WecomTimeout) as error:
            _remember(account_id, str(error))
            return False
        _finish(account_id, events)
        always = False


def _fresh_token(events: list[dict], open_kfid: str) -> str:
    """The newest doorbell's token, if WeCom still takes it."""
    oldest = timezone.now() - timedelta(seconds=MSG_TOKEN_S)
    for event in reversed(events):
        if event["received_at"] > oldest and event["payload"].get("token") and event["payload"].get("open_kfid") in ("", open_kfid):
            return event["payload"]["token"]
    return ""


def _catch_up(account: ChannelAccount, token: str) -> None:
    """Page by page until `has_more` is 0."""
    client, cursor, standing = client_of(account), account.cursor, 0
    history_before = _history_before(account)
    more, stored = True, True
    while more and stored and standing < STANDING_PAGES:
        page, token = _page_after(client, open_kfid_of(account), cursor, token)
        stored = page_store(account_id=account.pk, cursor=cursor, page=page, history_before=history_before)
        standing = standing + 1 if page.cursor in ("", cursor) else 0
        more, cursor = page.has_more, page.cursor or cursor
    if stored:
        ChannelAccount.objects.filter(pk=account.pk).update(pulled_at=timezone.now(), last_error="", last_error_at=None)


def _history_before(account: ChannelAccount) -> datetime | None:
    """On an account's first start, messages sent before this moment are stored and not answered (notes b.14)."""
    if account.pulled_at is not None:
        return None
    return timezone.now() - timedelta(seconds=settings.WECOM_FIRST_START_ANSWERS_S)


def _page_after(client: WecomClient, open_kfid: str, cursor: str, token: str) -> tuple[SyncPage, str]:
    """(page, token that still works). A stale token is dropped: without one WeCom allows fewer calls, but answers."""
    try:
        return client.sync_msg(open_kfid=open_kfid, cursor=cursor, token=token), token
    except WecomError as error:
        if error.errcode != STALE_MSG_TOKEN or not token:
            raise
    return client.sync_msg(open_kfid=open_kfid, cursor=cursor), ""


def _finish(account_id: int, events: list[dict]) -> None:
    """Mark the doorbells done, but not one that rang again while we pulled."""
    if not events:
        return
    newest = max(event["received_at"] for event in events)
    rows = _waiting(account_id).filter(pk__in=[event["pk"] for event in events], received_at__lte=newest)
    rows.update(state=EventState.DONE, done_at=timezone.now(), error="")
    granted = [event["payload"] for event in events if event["payload"].get("event") == KF_ACCOUNT_AUTH_CHANGE]
    if granted:
        send("conversations.accounts_reconcile")


def _remember(account_id: int, cause: str) -> None:
    """The doorbells stay as they are: the drain tries again, and the cause is shown with the account."""
    ChannelAccount.objects.filter(pk=account_id).update(last_error=cause, last_error_at=timezone.now())
    _waiting(account_id).update(error=cause)
