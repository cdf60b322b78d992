from django.urls import path

from conversations.simulator import views

app_name = "simulator"
urlpatterns = [
    path("", views.phones, name="phones"),
    path("customers/", views.customer_create, name="customer_create"),
    path("wire/", views.wire, name="wire"),
    path("<str:external_userid>/thread/", views.thread, name="thread"),
    path("<str:external_userid>/say/", views.say, name="say"),
    path("<str:external_userid>/click/", views.click, name="click"),
    path("<str:external_userid>/enter/", views.enter, name="enter"),
]
