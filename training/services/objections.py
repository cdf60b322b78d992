"""Customers who do not want to be learned from."""

from django.db import transaction
from django.db.models import QuerySet

from conversations.models import ChannelAccount
from scrm.access import policy
from scrm.audit.services import audit_record
from scrm.core.errors import NotFound
from scrm.customers.models import Customer
from training.models import AnnotationTask, LearningObjection

CHANGE = "customers.change_customer"


def customers_visible(user) -> QuerySet[Customer]:
    """Those who wrote to an account that the user may use."""
    return Customer.objects.filter(identities__account__in=policy.granted_ids(user, ChannelAccount)).distinct()


def customer_of(user, pk: int) -> Customer:
    """Raises NotFound for one the user may not see."""
    row = customers_visible(user).filter(pk=pk).first()
    if row is None:
        raise NotFound
    return row


def objection_set(*, actor, customer: Customer, objects: bool) -> bool:
    """Learn nothing of this customer from now on, or again; whether that changed anything.

    What waits to be annotated of theirs leaves the queue at once, the next dataset has none of it. Raises NotAllowed, NotFound.
    """
    policy.require(actor, CHANGE)
    customer_of(actor, customer.pk)
    with transaction.atomic(durable=True):
        if objects:
            _row, changed = LearningObjection.objects.get_or_create(customer=customer)
            waiting = AnnotationTask.objects.filter(state__in=(AnnotationTask.State.OPEN, AnnotationTask.State.DISPUTED))
            waiting.filter(turn__conversation__identity__customer=customer).delete()
        else:
            changed = bool(LearningObjection.objects.filter(customer=customer).delete()[0])
        if changed:
            audit_record(actor=actor, action="learning.objection", subject=customer, detail={"objects": objects})
    return changed
