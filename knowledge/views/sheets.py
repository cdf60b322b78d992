"""Images of pages, for the document page. No address of them is public: who asks is checked each time."""

from django.http import FileResponse, HttpResponse
from django.utils.cache import get_conditional_response

from knowledge.ingestion.causes import cause_text
from knowledge.ingestion.page_cache import page_etag, page_file
from knowledge.ingestion.types import ParseError
from knowledge.sheet import has_sheets, version_readable
from scrm.access.pages import page
from scrm.core.errors import NotFound

NOT_RENDERED = 422


@page("knowledge.view_knowledgebase")
def page_image(request, pk: int, number: int):
    """PNG of one page. `private, no-cache`: a browser may keep it and must ask again, so that a grant taken away closes it."""
    version = version_readable(request.user, pk)
    if not has_sheets(version) or not 1 <= number <= max(1, version.pages or 1):
        raise NotFound
    etag = page_etag(version, number)
    response = get_conditional_response(request, etag=etag) or _image(version, number)
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "private, no-cache" if response.status_code != NOT_RENDERED else "no-store"
    return response


def _image(version, number: int) -> HttpResponse | FileResponse:
    try:
        return FileResponse(page_file(version, number).open("rb"), content_type="image/png")
    except ParseError as error:
        return HttpResponse(str(cause_text(error.code)), status=NOT_RENDERED, content_type="text/plain; charset=utf-8")
