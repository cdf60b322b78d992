"""Endpoints of this room; found by scrm.api.urls."""

from knowledge.api.views import BaseViewSet, DocumentViewSet
from scrm.api.registry import ENDPOINTS

ENDPOINTS.register("bases", BaseViewSet)
ENDPOINTS.register("documents", DocumentViewSet)
