"""Endpoints of this room; found by scrm.api.urls."""

from knowledge.api.faq import FaqViewSet
from knowledge.api.views import BaseViewSet, DocumentViewSet, VersionViewSet
from scrm.api.registry import ENDPOINTS

ENDPOINTS.register("bases", BaseViewSet)
ENDPOINTS.register("documents", DocumentViewSet)
ENDPOINTS.register("versions", VersionViewSet)
ENDPOINTS.register("faq", FaqViewSet)
