"""The OAuth addresses that are open: two. Nothing else of django-oauth-toolkit is served."""

from django.urls import path

from federation.oauth import DeviceAuthorizationView, TokenView

urlpatterns = [
    path("device-authorization/", DeviceAuthorizationView.as_view(), name="device-authorization"),
    path("token/", TokenView.as_view(), name="token"),
]
