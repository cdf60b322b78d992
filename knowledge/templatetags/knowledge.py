"""Words of the knowledge pages."""

from django import template
from django.utils.translation import gettext_lazy as _

from knowledge.choices import VersionState

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
