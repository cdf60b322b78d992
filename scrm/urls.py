"""Where every page lies."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("scrm.stack.urls")),
    path("", include("scrm.dashboard.urls")),
    path("knowledge/", include("knowledge.urls")),
    path("", include("conversations.urls")),
    path("learning/", include("training.urls")),
    path("hooks/wecom_kf/", include("conversations.channels.wecom_kf.urls")),
    path("access/", include("scrm.access.urls")),
    path("api/", include("scrm.api.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
]

if settings.SIMULATOR_ENABLED:
    urlpatterns += [path("simulator/", include("conversations.simulator.urls"))]
