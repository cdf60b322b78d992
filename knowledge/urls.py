"""Knowledge bases, their documents and versions."""

from django.urls import path

from knowledge.views import bases, documents, panels, uploads, versions

app_name = "knowledge"
urlpatterns = [
    path("", bases.bases, name="bases"),
    path("panel/", panels.panel, name="panel"),
    path("new/", bases.base_new, name="base_new"),
    path("<int:pk>/", bases.base, name="base"),
    path("<int:pk>/rows/", bases.base_rows, name="base_rows"),
    path("<int:pk>/upload/", uploads.upload, name="upload"),
    path("documents/<int:pk>/", documents.document, name="document"),
    path("documents/<int:pk>/remove/", documents.remove, name="remove"),
    path("versions/<int:pk>/retry/", versions.retry, name="retry"),
    path("versions/<int:pk>/publish/", versions.publish_again, name="publish_again"),
]
