"""Addresses of the agents' doors, below /api/v1/."""

from django.urls import path

from federation.api import agent, consent, files, rounds, uploads

urlpatterns = [
    path("server", files.ServerView.as_view(), name="api-server"),
    path("agent/heartbeat", agent.HeartbeatView.as_view(), name="api-heartbeat"),
    path("agent/budget", agent.BudgetView.as_view(), name="api-budget"),
    path("agent/leave", agent.LeaveView.as_view(), name="api-leave"),
    path("agent/consent", consent.ConsentView.as_view(), name="api-agent-consent"),
    path("agent/works", consent.WorksView.as_view(), name="api-agent-works"),
    path("rounds/<uuid:round_id>/manifest", rounds.ManifestView.as_view(), name="api-manifest"),
    path("rounds/<uuid:round_id>/roster", rounds.RosterView.as_view(), name="api-roster"),
    path("rounds/<uuid:round_id>/join", rounds.JoinView.as_view(), name="api-join"),
    path("rounds/<uuid:round_id>/ready", rounds.ReadyView.as_view(), name="api-ready"),
    path("rounds/<uuid:round_id>/drop", rounds.DropView.as_view(), name="api-drop"),
    path("rounds/<uuid:round_id>/messages/<str:step>", rounds.MessageView.as_view(), name="api-message"),
    path("rounds/<uuid:round_id>/uploads/<str:step>", uploads.UploadsView.as_view(), name="api-uploads"),
    path(
        "rounds/<uuid:round_id>/uploads/<str:step>/<str:sha256>",
        uploads.UploadView.as_view(),
        name="api-upload",
    ),
    path("rounds/<uuid:round_id>/inbox/<str:step>", rounds.InboxView.as_view(), name="api-inbox"),
    path("bases/<str:hash>", files.BaseView.as_view(), name="api-base"),
    path("blobs/<str:sha256>", files.BlobView.as_view(), name="api-blob"),
    path("versions/<uuid:campaign_id>/<int:number>", files.VersionView.as_view(), name="api-version"),
    path("campaigns/<uuid:campaign_id>", files.CampaignView.as_view(), name="api-campaign"),
]
