"""Who may use what."""

from django.urls import path

from scrm.access import views

app_name = "access"
urlpatterns = [
    path("", views.access, name="access"),
    path("give/", views.give, name="give"),
    path("take/", views.take, name="take"),
]
