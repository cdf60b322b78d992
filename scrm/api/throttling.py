"""Rates of the API, counted once for all web processes: in Redis. While Redis does not answer, requests pass uncounted."""

import logging

from django.core.cache import caches
from django.utils.connection import ConnectionProxy
from redis.exceptions import RedisError
from rest_framework.throttling import ScopedRateThrottle, UserRateThrottle

log = logging.getLogger(__name__)


class _Shared:
    cache = ConnectionProxy(caches, "shared")

    def allow_request(self, request, view) -> bool:
        try:
            return super().allow_request(request, view)
        except RedisError as error:
            log.warning("request not counted, Redis does not answer: %s", error)
            return True


class UserThrottle(_Shared, UserRateThrottle):
    """Requests of one person in a minute."""


class ScopedThrottle(_Shared, ScopedRateThrottle):
    """Requests of one person to one kind of view in a minute."""
