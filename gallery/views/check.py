"""Check an image: anybody may ask what marks a picture file carries. Nothing is kept."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from consent.visitors import address_of
from gallery import checking, pace
from gallery.errors import Refusal, listed
from gallery.limits import CHECK_MAX_BYTES, CHECKS_MAX, MINUTE


@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """The form, and what was found in the file that was sent."""
    if request.method != "POST":
        return render(request, "gallery/check.html")
    try:
        found = checking.check(_sent(request))
    except Refusal as refusal:
        return render(request, "gallery/check.html", {"refusal": refusal}, status=refusal.status)
    return render(request, "gallery/check.html", {"found": found})


def _sent(request: HttpRequest) -> bytes:
    if not pace.within(f"check:{address_of(request)}", most=CHECKS_MAX, period=MINUTE):
        raise listed("check-too-often")
    file = request.FILES.get("picture")
    if file is None:
        raise listed("check-empty")
    return bytes(file.read(CHECK_MAX_BYTES + 1))
