"""Figures of the weights page."""

from django import template
from django.utils.translation import gettext as _

from knowledge.retrieval.standing import DEPTH, Standing

register = template.Library()


@register.filter
def plain_number(value: float) -> str:
    """As form fields want it: a point, no grouping, no needless digits."""
    return f"{value:.4f}".rstrip("0").rstrip(".")


@register.filter
def signed(value: float) -> str:
    return f"{value:+.3f}" if abs(value) >= 0.0005 else "0"


@register.filter
def rank(row: Standing) -> str:
    """Where the right passage stands."""
    if row.rank:
        return f"#{row.rank}"
    return _("below the threshold") if row.rejected else _("not in the first %(n)s") % {"n": DEPTH}
