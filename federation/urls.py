"""Addresses of federation's pages."""

from django.urls import path

from federation.views import budget, devices, operate, rounds

urlpatterns = [
    path("devices/", devices.devices, name="devices"),
    path("devices/confirm/", devices.confirm, name="device-confirm"),
    path("devices/<uuid:device_id>/withdraw/", devices.withdraw, name="device-withdraw"),
    path("devices/privacy/", budget.budget, name="budget"),
    path("rounds/", rounds.rounds, name="rounds"),
    path("rounds/<uuid:round_id>/", rounds.round_page, name="round"),
    path("versions/", rounds.versions, name="versions"),
    path("versions/<uuid:campaign_id>/<int:number>/", rounds.version_page, name="version"),
    path(
        "versions/<uuid:campaign_id>/<int:number>/adapter.safetensors",
        rounds.version_file,
        name="version-file",
    ),
    path("operate/", operate.desk, name="operate"),
    path("operate/campaigns/new/", operate.new_campaign, name="campaign-new"),
    path("operate/campaigns/<uuid:campaign_id>/", operate.campaign, name="campaign"),
    path("operate/campaigns/<uuid:campaign_id>/<str:act>/", operate.act, name="campaign-act"),
    path("operate/rounds/<uuid:round_id>/", operate.round_desk, name="round-desk"),
    path("operate/rounds/<uuid:round_id>/abort/", operate.abort_round, name="round-abort"),
]
