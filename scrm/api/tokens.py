"""Tokens for programs: `Authorization: Bearer zk_...`. Only their SHA-256 is kept; they hold 256 bits, so no salt is needed."""

import hashlib
import secrets

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed

from scrm.access import policy
from scrm.api.models import ApiToken
from scrm.audit.services import audit_record

PREFIX = "zk_"


def token_issue(*, actor, user, name: str, expires_at=None) -> tuple[ApiToken, str]:
    """A new token of a person, and its text, which is not shown again. Raises NotAllowed."""
    policy.require(actor, "api.add_apitoken")
    text = PREFIX + secrets.token_urlsafe(32)
    with transaction.atomic(durable=True):
        row = ApiToken.objects.create(user=user, name=name, prefix=text[:10], digest=_digest(text), expires_at=expires_at)
        audit_record(actor=actor, action="token.issue", subject=row, detail={"user": user.pk})
    return row, text


def token_revoke(*, actor, token: ApiToken) -> None:
    policy.require(actor, "api.delete_apitoken")
    with transaction.atomic(durable=True):
        audit_record(actor=actor, action="token.revoke", subject=token, detail={"user": token.user_id})
        ApiToken.objects.filter(pk=token.pk).delete()


class TokenAuthentication(BaseAuthentication):
    """The person of the token, as long as both are valid."""

    def authenticate(self, request):
        words = get_authorization_header(request).split()
        if not words or words[0].lower() != b"bearer":
            return None
        text = words[1].decode("latin-1") if len(words) == 2 else ""
        now = timezone.now()
        valid = Q(expires_at=None) | Q(expires_at__gt=now)
        row = ApiToken.objects.select_related("user").filter(valid, digest=_digest(text), user__is_active=True).first()
        if row is None:
            raise AuthenticationFailed(_("This token is not valid, or no longer."))
        if row.used_at is None or (now - row.used_at).total_seconds() > 60:  # written once a minute at most
            ApiToken.objects.filter(pk=row.pk).update(used_at=now)
        return row.user, row

    def authenticate_header(self, request) -> str:
        return "Bearer"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
