"""Idempotency-Key: a request that is sent again because its answer was lost has no second effect."""

import hashlib
from collections.abc import Callable
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework.response import Response

from scrm.api.models import IdempotencyKey
from scrm.core.errors import Conflict, Invalid

HEADER = "Idempotency-Key"
KEPT = timedelta(hours=24)
ABANDONED = timedelta(minutes=10)  # a first request that takes longer has died
BLOCK = 1 << 20


class OtherContent(Invalid):
    code, status = "idempotency_key_reused", 422
    default_message = _("This Idempotency-Key was used for another request. Send a new key.")


def once(request, content: Callable[[], bytes], work: Callable[[], Response]) -> Response:
    """Do the work, or answer as the same request was answered within 24 hours. content: digest of what is sent.

    Raises OtherContent, Conflict while the first one still runs. Answers of 500 and more are not kept: they may be tried again.
    """
    key = request.headers.get(HEADER, "").strip()
    if not key:
        return work()
    if len(key) > 200:
        raise Invalid(_("An Idempotency-Key has at most 200 characters."))
    fingerprint = hashlib.sha256(b"\0".join([request.method.encode(), request.path.encode(), content()])).hexdigest()
    row, known = _claimed(request.user, key, fingerprint)
    if known:
        return Response(row.answer, status=row.status, headers={"Idempotent-Replayed": "true"})
    try:
        response = work()
    except BaseException:  # whatever it was, the key is free again
        IdempotencyKey.objects.filter(pk=row.pk).delete()
        raise
    IdempotencyKey.objects.filter(pk=row.pk).update(status=response.status_code, answer=response.data)
    return response


def stream_digest(file) -> bytes:
    """SHA-256 of an open file, which stands at its start again afterwards."""
    digest = hashlib.sha256()
    file.seek(0)
    while block := file.read(BLOCK):
        digest.update(block)
    file.seek(0)
    return digest.digest()


def keys_purge() -> None:
    IdempotencyKey.objects.filter(created_at__lt=timezone.now() - KEPT).delete()


def _claimed(user, key: str, fingerprint: str) -> tuple[IdempotencyKey, bool]:
    """The row, and whether it holds an answer already."""
    now = timezone.now()
    IdempotencyKey.objects.filter(user=user, key=key, created_at__lt=now - KEPT).delete()
    IdempotencyKey.objects.filter(user=user, key=key, status=None, created_at__lt=now - ABANDONED).delete()
    try:
        with transaction.atomic():
            return IdempotencyKey.objects.create(user=user, key=key, fingerprint=fingerprint), False
    except IntegrityError:
        row = IdempotencyKey.objects.filter(user=user, key=key).first()
    if row is None or row.status is None:
        raise Conflict(_("The first request with this Idempotency-Key still runs. Try again in a moment."), code="idempotency_running")
    if row.fingerprint != fingerprint:
        raise OtherContent
    return row, True
