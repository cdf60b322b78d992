"""The frame of the desk: sign-in, password and the home page."""

from django.urls import path

from scrm.dashboard import views

app_name = "dashboard"
urlpatterns = [
    path("", views.home, name="home"),
    path("sign-in/", views.SignIn.as_view(), name="sign_in"),
    path("sign-out/", views.SignOut.as_view(), name="sign_out"),
    path("account/password/", views.PasswordChange.as_view(), name="password"),
]
