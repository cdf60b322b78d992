"""Files come in: as a plain form, or one by one from the page's script."""

from django.conf import settings
from django.contrib import messages
from django.http import JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from knowledge import selectors
from knowledge.services.uploads import Outcome, TooLarge, document_upload
from scrm.access.pages import page
from scrm.core.errors import ScrmError

SAID = {
    Outcome.CREATED: gettext_lazy("taken in"),
    Outcome.UNCHANGED: gettext_lazy("unchanged: this content is there already"),
    Outcome.RESTORED: gettext_lazy("back to an earlier content"),
    Outcome.DUPLICATE: gettext_lazy("not taken in: another document has the same content"),
    Outcome.RETRIED: gettext_lazy("tried again"),
}


@require_POST
@page("knowledge.add_document")
def upload(request, pk: int):
    """The page's script sends one file and asks for JSON; a plain form may send several."""
    base = selectors.base_visible(request.user, pk)
    wants_json = request.headers.get("Accept", "").startswith("application/json")
    files = request.FILES.getlist("files")
    results = [_one(request, base, file) for file in files]
    if wants_json:
        status = next((result["status"] for result in results if "error" in result), 200)
        return JsonResponse({"files": results}, status=status)
    _tell(request, results)
    return redirect("knowledge:base", base.pk)


def _one(request, base, file) -> dict:
    try:
        if file.size > settings.UPLOAD_MAX_BYTES:
            raise TooLarge
        result = document_upload(actor=request.user, base=base, name=file.name, file=file)
    except ScrmError as error:
        return {"name": file.name, "error": str(error), "code": error.code, "status": error.status}
    said = str(SAID[result.outcome])
    if result.outcome == Outcome.DUPLICATE:
        said = f"{said} ({result.document.name})"
    return {"name": result.document.name, "outcome": result.outcome.value, "said": said, "document": result.document.pk}


def _tell(request, results: list[dict]) -> None:
    if not results:
        messages.warning(request, _("Choose at least one file."))
    for result in results:
        if "error" in result:
            messages.error(request, f"{result['name']}: {result['error']}")
    good = [result for result in results if "error" not in result]
    if good:
        said = ngettext("%(n)d file was taken in.", "%(n)d files were taken in.", len(good)) % {"n": len(good)}
        messages.success(request, said)
