"""What became of real turns, by release and slice."""

from django.shortcuts import render

from conversations.models import ChannelAccount
from scrm.access.pages import page
from scrm.core.shares import Share
from training.indicator_selectors import DAYS, SLICES, daily, lines
from training.plots import Night, Plot, plot
from training.services.promotion import VIEW


@page(VIEW)
def indicators(request):
    days, by, account = _chosen(request)
    accounts = ChannelAccount.objects.visible_to(request.user)
    account = account if accounts.filter(pk=account).exists() else 0
    marks = daily(request.user, days=days, account=account)
    context = {
        "lines": lines(request.user, days=days, by=by, account=account), "days": days, "choices": DAYS, "by": by, "slices": SLICES.items(),
        "accounts": accounts, "account": account,
        "given_up": _plot([(day, rate) for day, rate, _said in marks]),
        "unsolved": _plot([(day, said) for day, _rate, said in marks if said.cases]),
    }  # fmt: skip
    return render(request, "training/indicators.html", context)


def _chosen(request) -> tuple[int, str, int]:
    days, by, account = (request.GET.get(name, "") for name in ("days", "by", "account"))
    return (
        int(days) if days.isdecimal() and int(days) in DAYS else 30,
        by if by in SLICES else "",
        int(account) if account.isdecimal() and len(account) < 19 else 0,
    )


def _plot(days: list[tuple[object, Share]]) -> Plot | None:
    """A mark a day with its interval; nothing without days."""
    nights = [
        Night(
            f"{day:%m-%d}" if place % max(1, len(days) // 10) == 0 else "",
            rate.rate,
            rate.low,
            rate.high,
            "day",
            f"{day}: {rate.part} / {rate.cases}",
        )
        for place, (day, rate) in enumerate(days)
    ]
    return plot(nights, form=".0%") if nights else None
