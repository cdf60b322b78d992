"""Why a file failed, in words for the person who uploaded it."""

from django.utils.translation import gettext_lazy as _

CAUSES = {
    "empty": _("The file holds no text."),
    "scanned": _("The pages are pictures: no readable text was found in them."),
    "encrypted": _("The file is protected by a password. Remove the protection and upload it again."),
    "corrupt": _("The file is damaged or incomplete. Open it in its program, save it again and upload that."),
    "crashed": _("The file is built so that it cannot be read. Open it in its program, save it again and upload that."),
    "unsafe": _("The file holds XML entity definitions, which office programs never write. It was refused for safety."),
    "archive_bomb": _("The file unpacks to far more than its size. It was refused for safety."),
    "too_large": _("The file is too large to be read. Split it into smaller ones."),
    "timeout": _("Reading the file took too long. Split it into smaller ones or save it in another format."),
    "unsupported": _("This kind of file is not supported. Supported are Markdown, text, HTML, DOCX, PDF, CSV and XLSX."),
    "old_office": _("This is an old Office format. Save it as DOCX or XLSX and upload that."),
    "image": _("Pictures are not supported yet. Supported are Markdown, text, HTML, DOCX, PDF, CSV and XLSX."),
    "no_page": _("The file has no such page."),
    "cancelled": _("The import was cancelled. Retry when the document is wanted after all."),
    "missing": _("The uploaded file is no longer in the storage. Upload it again."),
    "not_a_sheet": _("This is not a sheet. Upload an XLSX or CSV file."),
    "question_taken": _("Another entry has this question meanwhile. Change or remove that one, then try again."),
    "model": _("The embedding model is not available. An administrator can see why on the models page; then retry."),
    "internal": _("Something unexpected went wrong. Retry; if it fails again, an administrator finds the cause in the log."),
}


def cause_text(code: str):
    """The sentence for a code; unknown codes read as unexpected."""
    return CAUSES.get(code, CAUSES["internal"])
