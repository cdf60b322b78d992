"""Other settings for the time of a measurement, in this process alone."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings


@contextmanager
def swapped(**values) -> Iterator[None]:
    """The settings by name; what they were comes back."""
    before = {name: getattr(settings, name) for name in values}
    for name, value in values.items():
        setattr(settings, name, value)
    try:
        yield
    finally:
        for name, value in before.items():
            setattr(settings, name, value)
