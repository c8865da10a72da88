"""The gallery's part of /api/v1/."""

from django.urls import path

from gallery import api, drawing_api, vault_api

urlpatterns = [
    path("requests", api.RequestsView.as_view(), name="api-requests"),
    path("requests/<uuid:handle>", api.RequestView.as_view(), name="api-request"),
    path("requests/<uuid:handle>/cancel", api.CancelView.as_view(), name="api-request-cancel"),
    path("images/<uuid:handle>", api.ImageView.as_view(), name="api-image"),
    path("drawings/next", drawing_api.NextView.as_view(), name="api-drawing-next"),
    path("drawings/<uuid:handle>/steps", drawing_api.StepView.as_view(), name="api-drawing-step"),
    path("drawings/<uuid:handle>/picture", drawing_api.PictureView.as_view(), name="api-drawing-picture"),
    path("vault", vault_api.OverviewView.as_view(), name="api-vault"),
    path("vault/lists", vault_api.ListsView.as_view(), name="api-vault-lists"),
    path("vault/asks", vault_api.AsksView.as_view(), name="api-vault-asks"),
    path("vault/asks/<uuid:device_id>", vault_api.AskView.as_view(), name="api-vault-ask"),
    path("vault/objects", vault_api.ObjectsView.as_view(), name="api-vault-objects"),
    path("vault/objects/<str:sha256>", vault_api.ObjectView.as_view(), name="api-vault-object"),
    path(
        "vault/objects/<str:sha256>/pieces/<int:number>",
        vault_api.PieceView.as_view(),
        name="api-vault-piece",
    ),
    path("vault/ground", vault_api.GroundView.as_view(), name="api-vault-ground"),
    path("vault/erase", vault_api.EraseView.as_view(), name="api-vault-erase"),
]
