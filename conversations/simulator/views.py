"""The phone of a simulated WeChat customer. No sign-in: a customer has none; never in production settings."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from conversations.simulator import link
from conversations.simulator.bubbles import bubbles
from scrm.core.errors import NotFound

MOST_PHONES = 2
MAX_TEXT = 2000


def simulator_only(view: Callable) -> Callable:
    """404 unless the settings have a simulator."""

    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if not settings.SIMULATOR_ENABLED:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


@simulator_only
@require_GET
def phones(request: HttpRequest) -> HttpResponse:
    """An account's customers, and up to two of their phones side by side (?c=ID&c=ID)."""
    try:
        accounts = link.get("accounts")["accounts"]
    except link.SimulatorDown as error:
        return render(request, "simulator/down.html", {"error": error}, status=503)
    account = _chosen(accounts, request.GET.get("account", ""))
    customers = link.get("customers", open_kfid=account["open_kfid"])["customers"] if account else []
    opened = [row for key in request.GET.getlist("c")[:MOST_PHONES] for row in customers if row["external_userid"] == key]
    context = {
        "accounts": accounts,
        "account": account,
        "customers": [{"row": row, "links": _links(account, opened, row)} for row in customers],
        "phones": [{"customer": row} | _thread(row["external_userid"], 0) for row in opened],
    }
    return render(request, "simulator/phones.html", context)


def _chosen(accounts: list[dict], open_kfid: str) -> dict | None:
    return next((row for row in accounts if row["open_kfid"] == open_kfid), accounts[0] if accounts else None)


def _links(account: dict, opened: list[dict], row: dict) -> dict:
    """Where a click on a customer leads: alone, or beside the one that is open."""
    keys = [other["external_userid"] for other in opened]
    me = row["external_userid"]
    beside = [*[key for key in keys if key != me][:1], me] if keys and me not in keys else []
    return {"alone": _url(account["open_kfid"], [me]), "beside": _url(account["open_kfid"], beside) if beside else "", "open": me in keys}


def _url(open_kfid: str, customers: list[str]) -> str:
    picked = "".join(f"&c={key}" for key in customers)
    return f"{reverse('simulator:phones')}?account={open_kfid}{picked}"


def _thread(external_userid: str, after: int) -> dict:
    """Bubbles behind `after`, and where the next look begins."""
    items = link.get("chat", external_userid=external_userid, after=after)["items"]
    return {"bubbles": bubbles(items), "after": items[-1]["seq"] if items else after, "external_userid": external_userid}


@simulator_only
@require_GET
def thread(request: HttpRequest, external_userid: str) -> HttpResponse:
    """What is new behind ?after=; 204 (htmx then changes nothing) when nothing is."""
    raw = request.GET.get("after", "0")
    after = int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 16 else 0
    news = _thread(external_userid, after)
    if news["after"] == after:
        return HttpResponse(status=204)
    return render(request, "simulator/bubbles.html", news)


@simulator_only
@require_POST
def customer_create(request: HttpRequest) -> HttpResponse:
    """A new customer, whose phone opens (beside the one that is open)."""
    open_kfid = request.POST.get("account", "")
    made = link.post("customers", open_kfid=open_kfid, nickname=request.POST.get("nickname", ""))
    link.post("enter", external_userid=made["external_userid"], scene="simulator")
    beside = [key for key in request.POST.getlist("c") if key][: MOST_PHONES - 1]
    return redirect(_url(open_kfid, [*beside, made["external_userid"]]))


@simulator_only
@require_POST
def say(request: HttpRequest, external_userid: str) -> HttpResponse:
    """The customer sends a text."""
    text = request.POST.get("text", "").strip()[:MAX_TEXT]
    if text:
        link.post("say", external_userid=external_userid, text=text)
    return _back(request)


@simulator_only
@require_POST
def click(request: HttpRequest, external_userid: str) -> HttpResponse:
    """The customer taps a menu item."""
    link.post("click", external_userid=external_userid, menu_id=request.POST.get("menu_id", ""))
    return _back(request)


@simulator_only
@require_POST
def enter(request: HttpRequest, external_userid: str) -> HttpResponse:
    """The customer opens the chat by its link: WeCom offers a welcome when none was sent in 48 hours."""
    link.post("enter", external_userid=external_userid, scene="simulator")
    return _back(request)


def _back(request: HttpRequest) -> HttpResponse:
    """To the page the form was on. htmx gets nothing: the next look at the thread brings the news."""
    if request.htmx:
        return HttpResponse(status=204, headers={"HX-Trigger": "said"})
    where = request.POST.get("back", "")
    return redirect(where if where.startswith(reverse("simulator:phones")) else "simulator:phones")


@simulator_only
@require_GET
def wire(request: HttpRequest) -> HttpResponse:
    """What went over the wire of an account: callbacks, sync_msg, send_msg, newest first."""
    accounts = link.get("accounts")["accounts"]
    account = _chosen(accounts, request.GET.get("account", ""))
    if account is None:
        raise NotFound
    found = link.get("wire", open_kfid=account["open_kfid"])["calls"]
    calls = [call | {"time": datetime.fromtimestamp(call["at"], UTC)} for call in found]
    template = "simulator/wire_calls.html" if request.htmx else "simulator/wire.html"
    return render(request, template, {"account": account, "calls": calls})
