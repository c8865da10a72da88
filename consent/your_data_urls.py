"""Addresses below /your-data/."""

from django.urls import path

from consent.views import your_data

urlpatterns = [
    path("", your_data.your_data, name="your-data"),
    path("ask/<slug:kind>", your_data.open_one, name="your-data-ask"),
    path("requests/<uuid:request_id>", your_data.one, name="your-data-request"),
    path("requests/<uuid:request_id>/take-back", your_data.take_back, name="your-data-take-back"),
    path("requests/<uuid:request_id>/copy.zip", your_data.copy_file, name="your-data-copy"),
    path("restriction/lift", your_data.lift, name="your-data-lift"),
    path("looks/", your_data.looks, name="your-data-looks"),
]
