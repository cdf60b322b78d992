"""The sidebar: entries the signed-in person may open."""

from scrm.dashboard.registry import NAVIGATION


def navigation(request):
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"navigation": []}
    entries = (entry for entry in NAVIGATION.values() if user.has_perm(entry.permission))
    return {"navigation": sorted(entries, key=lambda entry: entry.order)}
