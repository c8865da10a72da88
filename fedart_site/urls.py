"""The joins: which app answers which address."""

from importlib.util import find_spec

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView

from fedart_site import health, problems

urlpatterns = [
    path("healthz", health.live, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("accounts/", include("allauth.urls")),
    path("api/schema/", SpectacularAPIView.as_view(), name="api-schema"),
]

for _prefix, _module in (
    ("oauth/", "federation.oauth_urls"),
    ("api/v1/", "federation.api_urls"),
    ("api/v1/", "consent.api_urls"),
    ("api/v1/", "gallery.api_urls"),
    ("consent/", "consent.urls"),
    ("compliance/", "consent.compliance_urls"),
    ("", "federation.urls"),
    ("", "gallery.urls"),
):
    if find_spec(_module):
        urlpatterns.append(path(_prefix, include(_module)))

handler400 = problems.bad_request
handler403 = problems.permission_denied
handler404 = problems.page_not_found
handler500 = problems.server_error
