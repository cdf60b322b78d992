"""How a lower room is told of an upper one: a registry filled in AppConfig.ready() and read-only afterwards."""

from collections.abc import Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class Registry(Generic[T]):
    """Named entries; a name is registered once.

    >>> checks = Registry("doctor checks")
    >>> checks.register("disk", disk_check)
    """

    def __init__(self, title: str):
        self.title = title
        self._entries: dict[str, T] = {}

    def register(self, key: str, entry: T) -> T:
        if self._entries.get(key, entry) is not entry:
            raise ValueError(f"{self.title}: {key!r} is registered already")
        self._entries[key] = entry
        return entry

    def __getitem__(self, key: str) -> T:
        return self._entries[key]

    def __contains__(self, key: str) -> bool:
        return key in self._entries

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def items(self):
        return self._entries.items()

    def values(self):
        return self._entries.values()
