"""What machines read first: robots.txt, the reservation of mining rights, and the root of our credentials."""

from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

AI_CRAWLERS = (
    "AI2Bot", "Amazonbot", "anthropic-ai", "Applebot-Extended", "Bytespider", "CCBot", "ClaudeBot", "cohere-ai",
    "Diffbot", "FacebookBot", "Google-Extended", "GPTBot", "img2dataset", "ImagesiftBot", "Meta-ExternalAgent",
    "omgili", "PerplexityBot", "Timpibot", "YouBot",
)  # fmt: skip
PRIVATE_PATHS = (
    "/studio/",
    "/pictures/",
    "/home/",
    "/consent/",
    "/devices/",
    "/compliance/",
    "/your-data/",
    "/accounts/",
    "/api/",
)


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Search engines may list the public pages; crawlers that gather training data may not."""
    lines = ["# Pictures and pages here must not be used to train AI."]
    lines += [f"User-agent: {name}" for name in AI_CRAWLERS] + ["Disallow: /", ""]
    lines += ["User-agent: *", *(f"Disallow: {path}" for path in PRIVATE_PATHS), ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@require_safe
def tdmrep(request: HttpRequest) -> JsonResponse:
    """TDM Reservation Protocol (W3C community group report, 10 May 2024): rights reserved on everything."""
    return JsonResponse([{"location": "/", "tdm-reservation": 1}], safe=False)


@require_safe
def credentials_root(request: HttpRequest) -> HttpResponse:
    """The root certificate by which anybody can check that a picture was marked by this FedArt."""
    path = Path(settings.STATE_DIR) / "credentials" / "root.pem"
    if not path.exists():
        raise Http404
    response = HttpResponse(path.read_bytes(), content_type="application/x-pem-file")
    response["Content-Disposition"] = 'attachment; filename="fedart-credentials-root.pem"'
    return response
