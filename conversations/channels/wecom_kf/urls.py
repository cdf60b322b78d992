from django.urls import path

from conversations.channels.wecom_kf.webhook import CallbackView

urlpatterns = [path("<str:name>/", CallbackView.as_view(), name="wecom_kf_callback")]
