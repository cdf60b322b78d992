"""The frame of the desk: sign-in and the home page."""

app_name = "dashboard"
urlpatterns: list = []
