"""The look of the admin: the desk's name, mark and accent colour (static/css/base.css) in django-unfold's terms."""

from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

UNFOLD = {
    "SITE_TITLE": _("Zhike"),
    "SITE_HEADER": _("Zhike"),
    "SITE_SUBHEADER": _("Administration"),
    "SITE_URL": reverse_lazy("dashboard:home"),
    "SITE_ICON": lambda request: static("css/mark.svg"),
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("css/mark.svg")}],
    "STYLES": [lambda request: static("css/admin.css")],
    "SHOW_LANGUAGES": True,
    "SHOW_BACK_BUTTON": True,
    "BORDER_RADIUS": "7px",
    "COLORS": {
        "primary": {
            "50": "oklch(98% 0.014 186)",
            "100": "oklch(96% 0.025 186)",
            "200": "oklch(90% 0.06 185)",
            "300": "oklch(82% 0.09 185)",
            "400": "oklch(72% 0.1 185)",
            "500": "oklch(60% 0.1 186)",
            "600": "oklch(51.1% 0.096 186.4)",
            "700": "oklch(43.7% 0.078 188.2)",
            "800": "oklch(38.6% 0.063 188.4)",
            "900": "oklch(33% 0.053 190)",
            "950": "oklch(25% 0.04 192)",
        },
    },
    "ACCOUNT": {"navigation": [{"title": _("Back to the desk"), "link": reverse_lazy("dashboard:home")}]},
    "SIDEBAR": {"show_search": True, "show_all_applications": False, "navigation": "scrm.dashboard.admin_sidebar.sections"},
}
