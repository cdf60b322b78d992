"""What higher rooms hang into the life of a release; filled in their AppConfig.ready()."""

from collections.abc import Callable

from django.dispatch import Signal

from scrm.ai.models import ModelRelease
from scrm.core.registry import Registry

# Called in order with the release that is about to serve, outside any transaction and possibly for minutes (building an
# index, embedding what is missing). Releases of every purpose come by; those without encoders are not for you. Raising a
# ScrmError stops the activation; the old release stays in use.
before_activation: Registry[Callable[[ModelRelease], None]] = Registry("before activation")

# Sent after commit: sender=ModelRelease, release=the one in use now, previous=the one before or None.
release_activated = Signal()
