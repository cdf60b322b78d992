"""Why a file failed, in words for the person who uploaded it."""

from django.utils.translation import gettext_lazy as _

CAUSES = {
    "empty": _("The file holds no text. Check that it is the right one and not empty."),
    "scanned": _("The pages are pictures, and no text was found on them. Scan them again sharper, upright and with more contrast."),
    "encrypted": _("The file is protected by a password. Remove the protection and upload it again."),
    "corrupt": _("The file is damaged or incomplete. Open it in its program, save it again and upload that."),
    "crashed": _("The file is built so that it cannot be read. Open it in its program, save it again and upload that."),
    "unsafe": _(
        "The file holds XML entity definitions, which office programs never write. It was refused for safety; save it again in its program and upload that."
    ),
    "archive_bomb": _("The file unpacks to far more than its size. It was refused for safety; upload the documents themselves."),
    "too_large": _("The file holds too much to be read in one piece. Split it into smaller ones."),
    "timeout": _("Reading the file took too long. Split it into smaller ones or save it in another format."),
    "unsupported": _(
        "This kind of file is not supported. Supported are PDF, DOCX, DOC, PPTX, XLSX, XLS, CSV, HTML, Markdown, text, EPUB, EML, "
        "PNG, JPEG, WebP and ZIP of these."
    ),
    "old_office": _("This Office format can't be read. Save it as DOCX, PPTX or XLSX and upload that."),
    "other_image": _("This kind of picture can't be read. Save it as PNG or JPEG and upload that."),
    "no_text_seen": _("No text was found on the picture. Upload a sharper or larger one, or the text itself."),
    "too_many_pages": _("The file has more than 5,000 pages. Split it into smaller ones."),
    "too_many_scans": _("More than 300 pages of the file are scans. Split it into smaller ones."),
    "too_many_members": _("The archive holds more than 500 files. Split it into smaller ones."),
    "unsafe_name": _("The archive names a place outside itself for this file. It was refused for safety; pack the files again."),
    "nested_archive": _("An archive within the archive is not opened. Unpack it and upload its files."),
    "archive_inside": _("The file is an archive of files. Upload it on the page of the knowledge base, or unpack it and upload its files."),
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
