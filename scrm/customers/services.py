"""Verbs on customers. Which customers a person may touch is decided by the conversations they may see: the caller checks that."""

import re

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from scrm.access import policy
from scrm.audit.services import audit_record
from scrm.core.errors import Invalid
from scrm.customers.models import Customer, Tag
from scrm.privacy.redact import redact
from scrm.privacy.vault import text_mask_in_tx

MAX_REMARK = 2000
MAX_TAGS = 30
SEPARATORS = re.compile(r"[,，、;；\n]+")


def tag_names(text: str) -> list[str]:
    """The tags written in a field, separated by commas of either script; each once, in order."""
    return list(dict.fromkeys(word.strip()[:60] for word in SEPARATORS.split(text) if word.strip()))


def customer_update(*, actor, customer: Customer, name: str, remark: str, tags: str) -> Customer:
    """Change name, remark (stored masked) and tags. NotAllowed by role; Invalid when the remark or the tags are beyond the limit."""
    policy.require(actor, "customers.change_customer")
    names = tag_names(tags)
    if len(remark) > MAX_REMARK or len(names) > MAX_TAGS or len(name) > 120:
        raise Invalid(
            _("The remark may have %(remark)d characters, the name 120; a customer may have %(tags)d tags.")
            % {"remark": MAX_REMARK, "tags": MAX_TAGS}
        )
    with transaction.atomic(durable=True):
        row = Customer.objects.select_for_update().get(pk=customer.pk)
        row.name, row.remark = redact(name.strip()).text[:120], text_mask_in_tx(row.vault, remark.strip())
        row.save(update_fields=["name", "remark"])
        row.tags.set([Tag.objects.get_or_create(name=redact(each).text[:60])[0] for each in names])
        audit_record(actor=actor, action="customer.update", subject=row, detail={"tags": len(names)})
    return row
