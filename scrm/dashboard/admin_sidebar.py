"""The admin's sidebar: the way back to the desk, then what this person may manage, by room."""

from django.contrib import admin
from django.urls import reverse
from django.utils.translation import gettext as _

# Rooms in the order of daily use; what is not named comes after.
ROOMS = ("conversations", "knowledge", "customers", "access", "ai", "jobs", "audit")
ICONS = {
    "user": "person",
    "team": "groups",
    "knowledgebase": "menu_book",
    "document": "description",
    "documentversion": "history",
    "faqentry": "quiz",
    "baseword": "dictionary",
    "channelaccount": "hub",
    "inboundevent": "move_to_inbox",
    "outboundmessage": "outbox",
    "conversation": "forum",
    "message": "chat",
    "turn": "smart_toy",
    "reviewtask": "fact_check",
    "riskrule": "gpp_maybe",
    "promptversion": "edit_note",
    "question": "help",
    "customer": "contacts",
    "tag": "sell",
    "auditentry": "receipt_long",
    "modelrelease": "deployed_code",
    "encoder": "memory",
    "job": "progress_activity",
}


def sections(request) -> list[dict]:
    """Groups of links for django-unfold's sidebar."""
    back = {"title": _("Back to the desk"), "icon": "arrow_back", "link": reverse("dashboard:home"), "active": False}
    groups = [{"title": None, "items": [back, {"title": _("Overview"), "icon": "dashboard", "link": reverse("admin:index")}]}]
    for app in sorted(admin.site.get_app_list(request), key=_place):
        items = [_item(model) for model in app["models"] if model.get("admin_url")]
        groups.append({"title": app["name"], "separator": True, "items": items})
    return groups


def _place(app: dict) -> int:
    return ROOMS.index(app["app_label"]) if app["app_label"] in ROOMS else len(ROOMS)


def _item(model: dict) -> dict:
    icon = ICONS.get(model["model"]._meta.model_name, "chevron_right")
    return {"title": model["name"], "icon": icon, "link": model["admin_url"]}
