"""Names of customers, asked from WeCom once after their first message (wecom protocol notes b.9).

A nickname stays, but not a number in it; of the rest nothing is kept that nobody reads (union ids, scenes).
"""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from conversations.channels.wecom_kf.accounts import client_of
from conversations.channels.wecom_kf.errors import WecomError, WecomTimeout, WecomUnreachable
from conversations.channels.wecom_kf.inbound import as_text, clean
from conversations.models import ChannelAccount, ChannelIdentity
from scrm.customers.models import Customer
from scrm.privacy.redact import redact

# WeCom tells only about customers who wrote in this time.
ACTIVE_H = 48
BATCH = 100


def profiles_fetch(*, account_id: int) -> None:
    """Fetch missing profiles of an account's recent customers. A failure leaves them for the next time; nobody waits for a name."""
    account = ChannelAccount.objects.filter(pk=account_id, enabled=True).first()
    since = timezone.now() - timedelta(hours=ACTIVE_H)
    missing = ChannelIdentity.objects.filter(account_id=account_id, profile={}, created_at__gt=since).order_by("id")
    identities = {row.external_id: row for row in missing[:BATCH]}
    if account is None or not identities:
        return
    try:
        found = client_of(account).customer_batchget(list(identities))
    except (WecomError, WecomUnreachable, WecomTimeout):
        return
    profiles = {as_text(row.get("external_userid")): _kept(clean(row)) for row in found}
    for external_id, identity in identities.items():
        profile_store(identity=identity, profile=profiles.get(external_id) or {"unknown": True})


def _kept(row: dict) -> dict:
    return {"nickname": redact(as_text(row.get("nickname"))).text, "avatar": as_text(row.get("avatar"))}


def profile_store(*, identity: ChannelIdentity, profile: dict) -> None:
    """Keep a profile; the customer takes its name and picture unless someone gave them others."""
    name, avatar = as_text(profile.get("nickname"))[:120], as_text(profile.get("avatar"))[:500]
    with transaction.atomic(durable=True):
        ChannelIdentity.objects.filter(pk=identity.pk).update(profile=profile)
        Customer.objects.filter(pk=identity.customer_id, name="").update(name=name)
        Customer.objects.filter(pk=identity.customer_id, avatar_url="").update(avatar_url=avatar)
