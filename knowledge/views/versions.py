"""Buttons on one version, and what changed since another."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from knowledge import selectors
from knowledge.services.versions import version_publish_again, version_retry
from scrm.access.pages import page
from scrm.core.comparison import compare

CHANGE = "knowledge.change_document"


@require_POST
@page(CHANGE)
def retry(request, pk: int):
    version = selectors.version_visible(request.user, pk)
    version_retry(actor=request.user, version=version)
    messages.success(request, _("The import runs again."))
    return redirect("knowledge:base", version.base_id)


@require_POST
@page(CHANGE)
def publish_again(request, pk: int):
    version = selectors.version_visible(request.user, pk)
    at_once = version_publish_again(actor=request.user, version=version)
    messages.success(request, _("This version answers again.") if at_once else _("This version is being published again."))
    return redirect("knowledge:document", version.document_id)


@page("knowledge.view_document")
def diff(request, pk: int):
    """What this version says that another (`?with=`, else the one before it) does not, and the other way round."""
    after = selectors.version_visible(request.user, pk)
    others = after.document.versions.exclude(pk=after.pk).exclude(text="").order_by("-number")
    wanted = request.GET.get("with", "")
    before = others.filter(pk=int(wanted)).first() if wanted.isdecimal() and len(wanted) < 19 else None
    before = before or others.filter(number__lt=after.number).first() or others.first()
    context = {"document": after.document, "after": after, "before": before, "others": others.defer("text", "outline")}
    return render(request, "knowledge/diff.html", context | {"comparison": compare(before.text, after.text) if before else None})
