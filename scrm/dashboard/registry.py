"""What the rooms contribute to the desk: entries of the navigation and panels of the home page."""

from dataclasses import dataclass

from scrm.core.registry import Registry


@dataclass(frozen=True)
class NavigationEntry:
    """A link in the sidebar; shown to people who hold `permission`. `order`: smaller is higher."""

    label: str
    url_name: str
    permission: str
    icon: str
    order: int = 50


@dataclass(frozen=True)
class Panel:
    """A card of the home page, loaded by htmx from `url_name`."""

    url_name: str
    permission: str
    order: int = 50


NAVIGATION: Registry[NavigationEntry] = Registry("navigation")
PANELS: Registry[Panel] = Registry("panels")
