"""Expected failures of pages, mapped once: a page for people, a sentence for partial requests. The API has its own (scrm.api.errors)."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme

from scrm.core.errors import NotAllowed, NotFound, ScrmError

TEMPLATES = {NotAllowed.status: "403.html", NotFound.status: "404.html"}


class ScrmErrorMiddleware:
    """Turns a ScrmError that a page raises into an answer with the error's status and message.

    A partial (htmx) request gets the sentence as plain text; a form sent from one of our pages goes back there with the sentence
    shown; anything else gets a page.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        if not isinstance(exception, ScrmError):
            return None
        if request.headers.get("HX-Request"):
            return HttpResponse(str(exception), status=exception.status, content_type="text/plain; charset=utf-8")
        back = request.headers.get("Referer", "")
        ours = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure())
        if request.method == "POST" and ours and exception.status not in TEMPLATES:
            messages.error(request, str(exception))
            return redirect(back)
        template = TEMPLATES.get(exception.status, "dashboard/failure.html")
        return render(request, template, {"message": str(exception)}, status=exception.status)
