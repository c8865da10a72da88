"""The gallery's part of /api/v1/."""

from django.urls import path

from gallery import api

urlpatterns = [
    path("requests", api.RequestsView.as_view(), name="api-requests"),
    path("requests/<uuid:handle>", api.RequestView.as_view(), name="api-request"),
    path("requests/<uuid:handle>/cancel", api.CancelView.as_view(), name="api-request-cancel"),
    path("images/<uuid:handle>", api.ImageView.as_view(), name="api-image"),
]
