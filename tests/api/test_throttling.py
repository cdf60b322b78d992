"""Rates count for all web processes together, and never stop the API when Redis does."""

import pytest
from django.core.cache import caches
from django.core.cache.backends.redis import RedisCache
from rest_framework.test import APIRequestFactory

from scrm.access.models import User
from scrm.api.throttling import UserThrottle


class Twice(UserThrottle):
    rate = "2/min"


def request_of(user):
    request = APIRequestFactory().get("/")
    request.user = user
    return request


@pytest.fixture
def user(db):
    caches["shared"].clear()
    return User.objects.create_user("asker")


def test_another_process_sees_the_count(user):
    assert [Twice().allow_request(request_of(user), None) for _ in range(3)] == [True, True, False]
    other = RedisCache(caches.settings["shared"]["LOCATION"], {"KEY_PREFIX": "zhike"})
    assert len(other.get(f"throttle_user_{user.pk}")) == 2


def test_without_redis_requests_pass(user, monkeypatch):
    monkeypatch.setattr(Twice, "cache", RedisCache("unix:///nowhere/redis.sock", {}))
    assert [Twice().allow_request(request_of(user), None) for _ in range(3)] == [True, True, True]
