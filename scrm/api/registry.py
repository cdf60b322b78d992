"""Endpoints that the rooms contribute: prefix -> viewset, registered in <room>/api/, which scrm.api.urls finds."""

from scrm.core.registry import Registry

ENDPOINTS: Registry[type] = Registry("API endpoints")
