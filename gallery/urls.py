"""The gallery's pages."""

from django.urls import path

from gallery.views import account, check, home, pictures, recall, signals, studio, vault, wall

app_name = "gallery"
urlpatterns = [
    path("", wall.wall, name="wall"),
    path("home/", home.home, name="home"),
    path("home/name/", home.rename, name="rename"),
    path("home/leave/", account.leave, name="leave"),
    path("home/sessions/<int:pk>/end", account.end_session, name="end-session"),
    path("studio/", studio.studio, name="studio"),
    path("studio/requests/", studio.ask, name="ask"),
    path("studio/requests/<uuid:handle>/", studio.request_page, name="request"),
    path("studio/requests/<uuid:handle>/cancel", studio.cancel, name="cancel"),
    path("studio/strips/<uuid:group>/", studio.strip, name="strip"),
    path("studio/presets/", recall.keep, name="preset-keep"),
    path("studio/presets/<uuid:handle>/forget", recall.forget, name="preset-forget"),
    path("pictures/", pictures.mine, name="mine"),
    path("vault/", vault.vault, name="vault"),
    path("vault/everything.zip", vault.everything, name="vault-everything"),
    path("images/<uuid:handle>/", pictures.image, name="image"),
    path("images/<uuid:handle>/file.png", pictures.image_file, name="image-file"),
    path("images/<uuid:handle>/thumb.webp", pictures.image_thumb, name="image-thumb"),
    path("images/<uuid:handle>/thumb-<int:side>.avif", pictures.image_avif, name="image-avif"),
    path("images/<uuid:handle>/publish", pictures.publish, name="publish"),
    path("images/<uuid:handle>/unpublish", pictures.unpublish, name="unpublish"),
    path("images/<uuid:handle>/delete", pictures.delete, name="delete"),
    path("images/<uuid:handle>/undelete", pictures.undelete, name="undelete"),
    path("artists/<slug:handle>/", wall.artist, name="artist"),
    path("versions/<int:number>/sheet.png", pictures.version_sheet, name="version-sheet"),
    path("versions/<uuid:campaign_id>/<int:number>/sheet.png", pictures.version_sheet, name="campaign-sheet"),
    path("check/", check.check, name="check"),
    path("credits/", wall.credit, name="credits"),
    path("credits/<slug:slug>/<str:name>", wall.sample_picture, name="sample-picture"),
    path("robots.txt", signals.robots, name="robots"),
    path(".well-known/tdmrep.json", signals.tdmrep, name="tdmrep"),
    path(".well-known/fedart-credentials-root.pem", signals.credentials_root, name="credentials-root"),
]
