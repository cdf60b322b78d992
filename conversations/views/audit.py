"""The auditors' page: the log by filter, one entry with all that lies behind it, export, and the state of the chain."""

from django.contrib import messages
from django.http import StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from conversations.audit_forms import LogForm
from conversations.audit_selectors import EXPORT, VIEW, LogPage, log_page, people_named
from conversations.interaction_selectors import passages_for_auditors
from conversations.services.audit_log import FORMATS, interaction_open, log_export
from conversations.services.chain_checks import chain_check_start, check_under_way, last_check
from conversations.views.trace import trace_steps
from scrm.access import policy
from scrm.access.pages import page
from scrm.audit.models import AuditEntry
from scrm.audit.services import detail_hash, entry_hash

EMPTY = LogPage([], None, None)
PLACES = ("before", "after")


@page(VIEW)
def audit(request):
    form = _form(request)
    found = log_page(request.user, form.chosen(), **_place(request)) if form.is_valid() else EMPTY
    context = {"form": form, "page": found, "query": _query(request), "filtered": bool(_query(request)), "now": timezone.now()}
    return render(request, "conversations/audit.html", context | _chain(request.user))


@page(VIEW)
def audit_entry(request, pk: int):
    """One entry; with the interaction behind it, which is written down as seen."""
    entry, interaction = interaction_open(actor=request.user, entry_id=pk)
    steps = trace_steps(interaction.trace, request.user, passages_for_auditors) if interaction else []
    context = {"entry": entry, "interaction": interaction, "steps": steps, "proof": _proof(entry), "verified": last_check()}
    return render(request, "conversations/audit_entry.html", context)


@page(EXPORT)
def audit_export(request):
    form = _form(request)
    if not form.is_valid():
        return redirect(f"{request.path.removesuffix('export/')}?{_query(request)}")
    kind = request.GET.get("format", "csv")
    lines = log_export(actor=request.user, chosen=form.chosen(), form=kind)
    name = f"audit-{timezone.localtime():%Y%m%d-%H%M}.{kind}"
    return StreamingHttpResponse(lines, content_type=FORMATS[kind], headers={"Content-Disposition": f'attachment; filename="{name}"'})


@require_POST
@page(VIEW)
def audit_verify(request):
    chain_check_start(actor=request.user)
    messages.success(request, _("The log is being verified from its first entry on."))
    return redirect("conversations:audit")


@page(VIEW)
def audit_chain(request):
    """The state of the chain alone, polled while a verification runs."""
    return render(request, "conversations/audit_chain.html", _chain(request.user))


def _form(request) -> LogForm:
    return LogForm(request.GET, people=people_named(request.user))


def _place(request) -> dict[str, int]:
    """Where in the log: `before` or `after` an id."""
    given = {name: request.GET.get(name, "") for name in PLACES}
    return {name: int(value) for name, value in given.items() if value.isdecimal() and len(value) < 19}


def _query(request) -> str:
    """The filter alone, for links."""
    kept = request.GET.copy()
    for name in [*PLACES, "format", *(name for name, value in request.GET.items() if not value)]:
        kept.pop(name, None)
    return kept.urlencode()


def _chain(user) -> dict:
    last = last_check()
    since = AuditEntry.objects.filter(pk__gt=last.detail.get("up_to", 0)).count() if last else 0
    return {"last": last, "since": since, "job": check_under_way(), "may_export": policy.can(user, EXPORT)}


def _proof(entry: AuditEntry) -> dict:
    """Whether this entry holds by itself, and fits the one before it."""
    before = AuditEntry.objects.filter(pk__lt=entry.pk).order_by("-pk").values_list("hash", flat=True).first()
    whole = entry.purged_at is not None or not entry.detail_hash or entry.detail_hash == detail_hash(entry.detail)
    return {"holds": whole and entry.hash == entry_hash(entry), "linked": before is None or before == entry.previous_hash}
