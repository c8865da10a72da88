"""What machines read first: robots.txt, the reservation of mining rights, and the root of our credentials."""

from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from gallery.views.common import TDM_POLICY

AI_CRAWLERS = (
    "AI2Bot", "Amazonbot", "anthropic-ai", "Applebot-Extended", "Bytespider", "CCBot", "ClaudeBot", "cohere-ai",
    "Diffbot", "FacebookBot", "Google-Extended", "GPTBot", "img2dataset", "ImagesiftBot", "Meta-ExternalAgent",
    "omgili", "PerplexityBot", "Timpibot", "YouBot",
)  # fmt: skip
# Not the studio, nor consent with its public page that checks receipts: to strangers they only say "sign in".
PRIVATE_PATHS = (
    "/pictures/",
    "/home/",
    "/devices/",
    "/compliance/",
    "/moderate/",
    "/reports/",
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
    policy = f"{settings.PUBLIC_ORIGIN}{TDM_POLICY}"
    return JsonResponse([{"location": "/", "tdm-reservation": 1, "tdm-policy": policy}], safe=False)


@require_safe
def tdm_policy(request: HttpRequest) -> JsonResponse:
    """The policy that the reservation points to, in ODRL: mining is prohibited, and there is nobody to buy it from."""
    here = settings.PUBLIC_ORIGIN
    return JsonResponse(
        {
            "@context": ["http://www.w3.org/ns/odrl.jsonld", {"tdm": "http://www.w3.org/ns/tdmrep#"}],
            "@type": "Set",
            "profile": "http://www.w3.org/ns/tdmrep",
            "uid": f"{here}{TDM_POLICY}",
            "prohibition": [{"target": f"{here}/", "action": "tdm:mine"}],
        }
    )


@require_safe
def credentials_root(request: HttpRequest) -> HttpResponse:
    """The root certificate by which anybody can check that a picture was marked by this FedArt."""
    path = Path(settings.STATE_DIR) / "credentials" / "root.pem"
    if not path.exists():
        raise Http404
    response = HttpResponse(path.read_bytes(), content_type="application/x-pem-file")
    response["Content-Disposition"] = 'attachment; filename="fedart-credentials-root.pem"'
    return response
