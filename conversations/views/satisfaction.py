"""How content customers are after a conversation."""

from django.shortcuts import render

from conversations import satisfaction_selectors as found
from conversations.models import ChannelAccount
from scrm.access.pages import page

DAYS = (7, 30, 90, 365)
USUAL = 30


@page("conversations.view_conversation")
def satisfaction(request):
    accounts = ChannelAccount.objects.visible_to(request.user)
    given, account = request.GET.get("days", ""), request.GET.get("account", "")
    days = int(given) if given.isdecimal() and int(given) in DAYS else USUAL
    chosen = next((row.pk for row in accounts if str(row.pk) == account), 0)
    which = (request.user, days, chosen)
    context = {
        "figures": found.satisfaction_figures(*which), "weeks": found.by_week(*which), "people": found.by_person(*which),
        "accounts_rated": found.by_account(*which), "latest": found.latest_ratings(*which),
        "accounts": accounts, "account": chosen, "days": days, "choices": DAYS,
        "asking": any(row.asks_satisfaction for row in accounts),
    }  # fmt: skip
    return render(request, "conversations/satisfaction.html", context)
