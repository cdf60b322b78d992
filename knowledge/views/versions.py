"""Buttons on one version."""

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from knowledge import selectors
from knowledge.services.versions import version_publish_again, version_retry
from scrm.access.pages import page

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
