"""Addresses of federation's pages."""

from django.urls import path

from federation.views import devices, rounds

urlpatterns = [
    path("devices/", devices.devices, name="devices"),
    path("devices/confirm/", devices.confirm, name="device-confirm"),
    path("devices/<uuid:device_id>/withdraw/", devices.withdraw, name="device-withdraw"),
    path("rounds/", rounds.rounds, name="rounds"),
    path("rounds/<uuid:round_id>/", rounds.round_page, name="round"),
    path("versions/", rounds.versions, name="versions"),
    path("versions/<uuid:campaign_id>/<int:number>/", rounds.version_page, name="version"),
    path("versions/<uuid:campaign_id>/<int:number>/adapter.safetensors", rounds.version_file, name="version-file"),
]
