"""Numbers in attributes of an image's marks."""

from django import template

register = template.Library()


@register.filter
def plain(number: float) -> str:
    """As SVG wants it: a point, no grouping."""
    return f"{number:.1f}"
