"""What a visit of an address means for its document: taken in, unchanged, gone, back."""

from io import BytesIO

from django.db import transaction
from django.utils import timezone

from knowledge.choices import DocumentKind
from knowledge.models import Document, WebPage
from knowledge.services.uploads import Outcome, document_upload
from knowledge.web.addresses import document_name
from knowledge.web.visits import Visit
from scrm.audit.services import audit_record


def page_store(*, page: WebPage, visit: Visit) -> None:
    """The visit's content becomes the newest of the page's document; the same content is no work. Raises Refused, TooLarge."""
    upload = document_upload(
        actor=None, base=page.source.base, name=document_name(page.url, visit.ending), file=BytesIO(visit.body)
    )  # fmt: skip
    document, taken = upload.document, upload.outcome != Outcome.DUPLICATE
    usable = taken or document.kind == DocumentKind.PAGE
    with transaction.atomic(durable=True):
        if taken:
            Document.objects.filter(pk=document.pk).update(kind=DocumentKind.PAGE)
        if page.document_id and page.document_id != document.pk:
            _expire_in_tx(page)
        page.document = document if usable else None
        page.etag, page.last_modified = (visit.etag, visit.last_modified) if taken else ("", "")
        page.error_code, page.status = "" if usable else "duplicate", visit.status
        page.links = list(visit.links)
        _answer_again_in_tx(page)
        _save_in_tx(page)


def page_unchanged(*, page: WebPage) -> None:
    """304, or the like."""
    with transaction.atomic(durable=True):
        page.error_code, page.status = "", 304
        _answer_again_in_tx(page)
        _save_in_tx(page)


def page_gone(*, page: WebPage, code: str, visit: Visit) -> None:
    """The address has no content of its own any more: its document stops answering at this moment. code: "gone" or one of SKIPPED."""
    with transaction.atomic(durable=True):
        if page.gone_at is None and page.document_id:
            _expire_in_tx(page)
        page.error_code, page.status, page.etag, page.last_modified = code, visit.status, "", ""
        page.links = list(visit.links)
        _save_in_tx(page)


def page_failed(*, page: WebPage, code: str, status: int | None = None) -> None:
    """This time it did not work: what is known stays and goes on answering."""
    with transaction.atomic(durable=True):
        page.error_code, page.status = code, status
        _save_in_tx(page)


def _expire_in_tx(page: WebPage) -> None:
    """Unless another address still has the same document."""
    now = timezone.now()
    page.gone_at = now
    if WebPage.objects.filter(document=page.document_id, gone_at=None).exclude(pk=page.pk).exists():
        return
    document = Document.objects.select_for_update().get(pk=page.document_id)
    ends = document.valid_until is None or document.valid_until > now
    if ends and (document.valid_from is None or document.valid_from < now):
        Document.objects.filter(pk=document.pk).update(valid_until=now)
        audit_record(actor=None, action="web.gone", subject=document, detail={"base": document.base_id})


def _answer_again_in_tx(page: WebPage) -> None:
    """Only what expired because the page was gone; a date that a person has set since then stays."""
    if page.gone_at is None:
        return
    back = Document.objects.filter(pk=page.document_id, valid_until=page.gone_at)
    if back.update(valid_until=None):
        audit_record(actor=None, action="web.back", subject=page.document, detail={"base": page.source.base_id})
    page.gone_at = None


def _save_in_tx(page: WebPage) -> None:
    page.fetched_at = timezone.now()
    page.save()
