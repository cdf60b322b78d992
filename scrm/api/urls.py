"""The HTTP API: the rooms' endpoints and their schema."""

from django.urls import include, path
from django.utils.module_loading import autodiscover_modules
from drf_spectacular.views import SpectacularAPIView
from rest_framework.permissions import IsAuthenticated
from rest_framework.routers import SimpleRouter

from scrm.api.registry import ENDPOINTS

autodiscover_modules("api")
router = SimpleRouter()
for prefix, viewset in ENDPOINTS.items():
    router.register(prefix, viewset, basename=prefix)

app_name = "api"
urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(permission_classes=[IsAuthenticated]), name="schema"),
    path("", include(router.urls)),
]
