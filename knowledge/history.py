"""What people really asked: the rooms above tell it, through this registry."""

from collections.abc import Callable, Iterable

from scrm.core.registry import Registry

# room -> (base id, at most so many) -> texts of questions put to that base, newest first, without personal data
ASKED: Registry[Callable[[int, int], Iterable[str]]] = Registry("questions asked")


def asked_of(base_id: int, limit: int) -> list[str]:
    """Questions put to the base by customers and colleagues, newest first a source, each text once."""
    return list(dict.fromkeys(text for source in ASKED.values() for text in source(base_id, limit)))
