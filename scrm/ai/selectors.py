"""Questions about models."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from scrm.ai.choices import Purpose, ReleaseState
from scrm.ai.errors import NoActiveRelease
from scrm.ai.models import ModelRelease


def releases(purpose: str = Purpose.EMBEDDING) -> QuerySet[ModelRelease]:
    """Releases of a purpose, newest first, with their encoders."""
    return ModelRelease.objects.filter(purpose=purpose).select_related("query_encoder", "passage_encoder")


def active_release_or_none(purpose: str = Purpose.EMBEDDING) -> ModelRelease | None:
    """The release that serves this purpose, if any."""
    return releases(purpose).filter(state=ReleaseState.ACTIVE).first()


def active_release(purpose: str = Purpose.EMBEDDING) -> ModelRelease:
    """The release that serves this purpose, with its encoders. Raises NoActiveRelease, which says what to do."""
    release = active_release_or_none(purpose)
    if release is None:
        if purpose == Purpose.EMBEDDING:
            raise NoActiveRelease
        raise NoActiveRelease(_("No model release for “%(purpose)s” is in use.") % {"purpose": Purpose(purpose).label})
    return release
