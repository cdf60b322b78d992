"""Words of the knowledge pages."""

from django import template
from django.utils.translation import pgettext_lazy

from knowledge.choices import VersionState

register = template.Library()

STAGE_NAMES = {
    "parse": pgettext_lazy("stage", "parse"),
    "chunk": pgettext_lazy("stage", "chunk"),
    "embed": pgettext_lazy("stage", "embed"),
    "index": pgettext_lazy("stage", "index"),
    "publish": pgettext_lazy("stage", "publish"),
}
BADGES = {VersionState.PUBLISHED: "badge-good", VersionState.FAILED: "badge-bad", VersionState.SUPERSEDED: ""}


@register.filter
def stage_name(stage: str):
    return STAGE_NAMES.get(stage, stage)


@register.filter
def state_badge(state: str) -> str:
    return BADGES.get(state, "badge-info")
