"""All addresses of the platform, and two empty pages: the site's frame with nothing in it, and no text at all."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from fedart_site.urls import handler400, handler403, handler404, handler500  # noqa: F401
from fedart_site.urls import urlpatterns as platform


def frame(request: HttpRequest) -> HttpResponse:
    """What every page has: header, footer, styles. Its main part is empty."""
    return render(request, "base.html")


def bare(request: HttpRequest) -> HttpResponse:
    """The middleware alone."""
    return HttpResponse("")


urlpatterns = [path("bench/frame", frame), path("bench/bare", bare), *platform]
