"""Words of the knowledge pages."""

from django import template
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from knowledge.choices import FindingKind, VersionState
from knowledge.differing import marked

register = template.Library()

STAGE_NAMES = {
    "parse": _("parse"),
    "chunk": _("chunk"),
    "embed": _("embed"),
    "index": _("index"),
    "publish": _("publish"),
}
BADGES = {VersionState.PUBLISHED: "badge-good", VersionState.FAILED: "badge-bad", VersionState.SUPERSEDED: ""}


@register.filter
def stage_name(stage: str):
    return STAGE_NAMES.get(stage, stage)


@register.filter
def state_badge(state: str) -> str:
    return BADGES.get(state, "badge-info")


@register.filter
def time_left(seconds: float) -> str:
    """About how long it will take: in minutes, from two hours on in hours."""
    minutes = max(1, round(seconds / 60))
    if minutes >= 120:
        hours = round(minutes / 60)
        return ngettext("about %(n)d hour left", "about %(n)d hours left", hours) % {"n": hours}
    return ngettext("about %(n)d minute left", "about %(n)d minutes left", minutes) % {"n": minutes}


@register.filter
def differing(mine: str, theirs: str):
    """A sentence as [(text, marked)]: marked is what the other one does not say."""
    return marked(mine, theirs)


FINDING_ICONS = {
    FindingKind.STALE: "clock",
    FindingKind.DUPLICATE: "file-text",
    FindingKind.CONTRADICTION: "triangle-alert",
    FindingKind.UNUSED: "info",
}


@register.filter
def finding_icon(kind: str) -> str:
    return FINDING_ICONS[kind]
