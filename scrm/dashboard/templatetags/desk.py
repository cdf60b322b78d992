"""Small pieces that every page of the desk uses: icons, sidebar links, initials, short times."""

from datetime import timedelta

from django import template
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from scrm.access.roles import ROLES

register = template.Library()


@register.simple_tag
def icon(name: str, extra: str = ""):
    """A decorative icon of static/vendor/lucide.svg; unknown names draw nothing."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>', extra, static("vendor/lucide.svg"), name
    )


@register.simple_tag(takes_context=True)
def nav_link(context, url_name: str, label: str, icon_name: str):
    """A sidebar link, marked when the open page lies under it. Empty for a page this installation does not serve."""
    try:
        url = reverse(url_name)
    except NoReverseMatch:
        return ""
    path = context["request"].path
    here = path == url or (url != "/" and path.startswith(url))
    current = mark_safe(' aria-current="page"') if here else ""  # a constant
    return format_html('<a href="{}"{}>{}<span>{}</span></a>', url, current, icon(icon_name), label)


@register.filter
def initial(who) -> str:
    """The last character of a Chinese name, the first letter of any other: what stands in an avatar."""
    text = str(who).strip() or "?"
    return text[-1] if "\u4e00" <= text[-1] <= "\u9fff" else text[0].upper()


@register.filter
def role_names(user) -> str:
    if user.is_superuser:
        return _("Administrator")
    return "、".join(str(ROLES[key].label) for key in sorted(user.role_keys))


@register.filter
def short_time(moment) -> str:
    """Minutes ago within the hour, the clock today, the date otherwise."""
    if moment is None:
        return ""
    age = timezone.now() - moment
    if timedelta(0) <= age < timedelta(minutes=1):
        return _("just now")
    if timedelta(0) <= age < timedelta(hours=1):
        minutes = int(age.total_seconds() // 60)
        return ngettext("%(n)d minute ago", "%(n)d minutes ago", minutes) % {"n": minutes}
    local = timezone.localtime(moment)
    if local.date() == timezone.localdate():
        return date_format(local, "H:i")
    return date_format(local, "m-d H:i" if local.year == timezone.localdate().year else "Y-m-d")
