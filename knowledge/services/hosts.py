"""Verbs of administrators on the intranet hosts that web sources may be fetched from."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from knowledge.models import AllowedHost
from scrm.access import policy
from scrm.audit.services import audit_record
from scrm.core.errors import Conflict, Invalid
from scrm.core.http import Blocked, parse_target


def host_allow(*, actor, host: str, port: int, reason: str = "") -> AllowedHost:
    """Open a host on one port. It may then lie in the internal network; metadata addresses stay closed, loopback unless named so.

    Raises NotAllowed, Invalid (not a host or port), Conflict (open already).
    """
    policy.require(actor, "knowledge.add_allowedhost")
    name = host.strip().lower().strip("[]")
    try:
        shown = f"[{name}]" if ":" in name else name
        target = parse_target(f"http://{shown}:{port}/", _Any())
    except Blocked as error:
        raise Invalid(_("Write a host name or an IP address alone, without http:// and path, and a port from 1 to 65535.")) from error
    if target.port < 1 or target.path != "/":
        raise Invalid(_("Write a host name or an IP address alone, without http:// and path, and a port from 1 to 65535."))
    try:
        with transaction.atomic(durable=True):
            row = AllowedHost.objects.create(host=target.host, port=port, reason=reason.strip()[:300], created_by=actor)
            audit_record(actor=actor, action="host.allow", subject=row, detail={"host": row.host, "port": row.port})
    except IntegrityError as error:
        raise Conflict(_("This host is open on this port already.")) from error
    return row


def host_close(*, actor, host: AllowedHost) -> None:
    policy.require(actor, "knowledge.delete_allowedhost")
    with transaction.atomic(durable=True):
        audit_record(actor=actor, action="host.close", subject=host, detail={"host": host.host, "port": host.port})
        AllowedHost.objects.filter(pk=host.pk).delete()


class _Any(tuple):
    """Contains every host: only its spelling is asked about."""

    def __contains__(self, pair) -> bool:
        return True
