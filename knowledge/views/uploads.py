"""Files come in: as a plain form, or one by one from the page's script."""

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from knowledge import batch_selectors, selectors
from knowledge.models import UploadBatch, UploadedArchive
from knowledge.services.archives import Taken
from knowledge.services.batches import batch_for, batch_refuse
from knowledge.services.unpacking import file_receive
from knowledge.services.uploads import Outcome, too_large_error
from scrm.access.pages import page
from scrm.core.errors import ScrmError

ADD = "knowledge.add_document"
SAID = {
    Outcome.CREATED: gettext_lazy("taken in"),
    Outcome.UNCHANGED: gettext_lazy("unchanged: this content is there already"),
    Outcome.RESTORED: gettext_lazy("back to an earlier content"),
    Outcome.DUPLICATE: gettext_lazy("not taken in: another document has the same content"),
    Outcome.RETRIED: gettext_lazy("tried again"),
}


@require_POST
@page(ADD)
def upload(request, pk: int):
    """The page's script sends file by file and asks for JSON; a plain form may send several, which become a batch."""
    base = selectors.base_visible(request.user, pk)
    named, too_large = _files(request)
    batch = _batch(request, base, [name for name, _file in named] + too_large)
    results = [line for name, file in named for line in _taken(request, base, batch, name, file)]
    results += [_too_large(batch, name) for name in too_large]
    if request.headers.get("Accept", "").startswith("application/json"):
        status = next((result["status"] for result in results if "error" in result), 200)
        return JsonResponse({"files": results}, status=status)
    _tell(request, results, batch)
    return redirect("knowledge:batch", batch.pk) if batch else redirect("knowledge:base", base.pk)


def _files(request) -> tuple[list[tuple[str, UploadedFile]], list[str]]:
    """([(name, file)], names that were too large to be received). `paths`: names with their folders, in the order of the files."""
    files, paths = request.FILES.getlist("files"), request.POST.getlist("paths")
    names = paths if len(paths) == len(files) else [file.name for file in files]
    return list(zip(names, files, strict=True)), list(getattr(request, "files_too_large", ()))


def _batch(request, base, names: list[str]) -> UploadBatch | None:
    """The batch that the script has opened; for a form of several files, or of an archive of them, a new one."""
    wanted = request.POST.get("batch", "")
    if wanted.isdecimal() and len(wanted) < 19:
        return batch_selectors.batch_visible(request.user, int(wanted), base)
    return batch_for(actor=request.user, base=base, names=names)


def _taken(request, base, batch: UploadBatch | None, name: str, file: UploadedFile) -> list[dict]:
    """One line a file; an archive of a batch is unpacked in the background, any other at once, with a line for each of its files."""
    try:
        return [_line(taken) for taken in file_receive(actor=request.user, base=base, name=name, file=file, batch=batch)]
    except ScrmError as error:
        return [_refused(name, error)]


def _line(taken: Taken) -> dict:
    if isinstance(taken.result, ScrmError):
        return _refused(taken.name, taken.result)
    if isinstance(taken.result, UploadedArchive):
        return {"name": taken.name, "outcome": "unpacking", "said": _("taken in; its files follow")}
    upload = taken.result
    said = str(SAID[upload.outcome])
    if upload.outcome == Outcome.DUPLICATE:
        said = f"{said} ({upload.document.name})"
    return {"name": upload.document.name, "outcome": upload.outcome.value, "said": said, "document": upload.document.pk}


def _too_large(batch: UploadBatch | None, name: str) -> dict:
    error = too_large_error()
    if batch:
        batch_refuse(batch=batch, name=name, error=error)
    return _refused(name, error)


def _refused(name: str, error: ScrmError) -> dict:
    return {"name": name, "error": str(error), "code": error.code, "status": error.status}


def _tell(request, results: list[dict], batch: UploadBatch | None) -> None:
    """How many were taken in; the page of a batch lists what was refused itself."""
    if not results:
        messages.warning(request, _("Choose at least one file."))
    for result in results:
        if "error" in result and not batch:
            messages.error(request, f"{result['name']}: {result['error']}")
    good = [result for result in results if "error" not in result]
    if good:
        said = ngettext("%(n)d file was taken in.", "%(n)d files were taken in.", len(good)) % {"n": len(good)}
        messages.success(request, said)
