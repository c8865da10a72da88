"""The joins: which app answers which address."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView

from fedart_site import api_docs, health, problem_page, problems

urlpatterns = [
    path("healthz", health.live, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("accounts/", include("allauth.urls")),
    path("oauth/", include("federation.oauth_urls")),
    path("api/schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("api/docs/", api_docs.page, name="api-docs"),
    path("problems/", problem_page.page, name="problems"),
    path("api/v1/", include("federation.api_urls")),
    path("api/v1/", include("consent.api_urls")),
    path("api/v1/", include("gallery.api_urls")),
    path("consent/", include("consent.urls")),
    path("your-data/", include("consent.your_data_urls")),
    path("compliance/", include("consent.compliance_urls")),
    path("", include("federation.urls")),
    path("", include("gallery.urls")),
]

handler400 = problems.bad_request
handler403 = problems.permission_denied
handler404 = problems.page_not_found
handler500 = problems.server_error
