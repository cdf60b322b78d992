"""Background work of this room."""

import logging

from celery import shared_task
from django.contrib.auth import get_user_model

from scrm.ai.models import ModelRelease
from scrm.ai.services.releases import release_activate
from scrm.core.errors import ScrmError

log = logging.getLogger(__name__)


@shared_task(name="ai.release_activate")
def release_activate_task(release_id: int, actor_id: int = 0) -> None:
    """A release that is in use already, or gone, is done. What stops it is on the row, for the person who asked."""
    release = ModelRelease.objects.filter(pk=release_id).first()
    if release is None:
        return
    actor = get_user_model().objects.filter(pk=actor_id).first()
    if actor_id and actor is None:
        return
    try:
        release_activate(release=release, actor=actor)
    except ScrmError as error:
        log.warning("release %s was not activated: %s", release_id, error.code)
