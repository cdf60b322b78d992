"""Customers who do not want to be learned from: the list, and the switch on a customer's card."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from scrm.access.pages import page
from training.models import LearningObjection
from training.services.objections import CHANGE, customer_of, customers_visible, objection_set

ON_A_PAGE, FOUND = 50, 20


@page(CHANGE)
def objections(request):
    """`q`: customers whose name or channel id contains it, to add."""
    visible = customers_visible(request.user)
    rows = LearningObjection.objects.filter(customer__in=visible).select_related("customer")
    words = request.GET.get("q", "").strip()
    found = []
    if words:
        alike = Q(name__icontains=words) | Q(identities__external_id__icontains=words)
        found = visible.filter(alike).select_related("learning_objection").prefetch_related("identities").order_by("-pk")[:FOUND]
    return render(
        request, "training/objections.html", {"rows": Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page")), "q": words, "found": found}
    )  # fmt: skip


@page(CHANGE)
def objection(request, pk: int):
    """The switch of one customer; POST turns it (`objects`: 1 or 0)."""
    customer = customer_of(request.user, pk)
    if request.method == "POST":
        objects = request.POST.get("objects") == "1"
        objection_set(actor=request.user, customer=customer, objects=objects)
        if not request.headers.get("HX-Request"):
            messages.success(
                request, _("Nothing of this customer is learned any more.") if objects else _("This customer may be learned from again.")
            )
            return redirect("training:objections")
    objects = LearningObjection.objects.filter(customer=customer).exists()
    return render(request, "training/objection.html", {"customer": customer, "objects": objects})
