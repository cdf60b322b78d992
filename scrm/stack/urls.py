from django.urls import path

from scrm.stack import views

app_name = "stack"
urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
]
