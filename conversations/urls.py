"""Webhooks, the inbox, the review queue and the ask page."""

app_name = "conversations"
urlpatterns: list = []
