"""The frame of the desk: sign-in, password and the home page."""

from django.urls import path

from scrm.dashboard import views

app_name = "dashboard"
urlpatterns = [
    path("", views.home, name="home"),
    path("sign-in/", views.SignIn.as_view(), name="sign_in"),
    path("sign-out/", views.SignOut.as_view(), name="sign_out"),
    path("notices/", views.notices, name="notices"),
    path("notices/count/", views.notices_count, name="notices_count"),
    path("notices/read/", views.notices_all_read, name="notices_read"),
    path("notices/<int:pk>/", views.notice, name="notice"),
    path("account/password/", views.PasswordChange.as_view(), name="password"),
]
