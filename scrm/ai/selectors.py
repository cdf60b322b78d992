"""Questions about models."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from scrm.ai.choices import Purpose, ReleaseState
from scrm.ai.errors import NoActiveRelease
from scrm.ai.models import ModelRelease

_instead: ContextVar[ModelRelease | None] = ContextVar("release served instead", default=None)
_held: ContextVar[dict[str, ModelRelease | None] | None] = ContextVar("releases held", default=None)


@contextmanager
def serving(release: ModelRelease | None) -> Iterator[None]:
    """Within the block, and in this thread alone, this release answers for its purpose: how a candidate is measured before it serves.

    None: the one in use.
    """
    token = _instead.set(release)
    try:
        yield
    finally:
        _instead.reset(token)


@contextmanager
def releases_held() -> Iterator[None]:
    """Within the block, and in this thread alone, each purpose keeps the release it had at the first question: one turn, one release."""
    token = _held.set({})
    try:
        yield
    finally:
        _held.reset(token)


def on_trial() -> ModelRelease | None:
    """The release that `serving` puts in place of the one in use, in this thread."""
    return _instead.get()


def releases(purpose: str = Purpose.EMBEDDING) -> QuerySet[ModelRelease]:
    """Releases of a purpose, newest first, with their encoders."""
    return ModelRelease.objects.filter(purpose=purpose).select_related("query_encoder", "passage_encoder")


def active_release_or_none(purpose: str = Purpose.EMBEDDING) -> ModelRelease | None:
    """The release that serves this purpose, if any."""
    instead = _instead.get()
    if instead is not None and instead.purpose == purpose:
        return instead
    held = _held.get()
    if held is None:
        return _active(purpose)
    if purpose not in held:
        held[purpose] = _active(purpose)
    return held[purpose]


def _active(purpose: str) -> ModelRelease | None:
    return releases(purpose).filter(state=ReleaseState.ACTIVE).first()


def active_release(purpose: str = Purpose.EMBEDDING) -> ModelRelease:
    """The release that serves this purpose, with its encoders. Raises NoActiveRelease, which says what to do."""
    release = active_release_or_none(purpose)
    if release is None:
        if purpose == Purpose.EMBEDDING:
            raise NoActiveRelease
        raise NoActiveRelease(_("No model release for “%(purpose)s” is in use.") % {"purpose": Purpose(purpose).label})
    return release
