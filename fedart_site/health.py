"""Health."""

from django.http import HttpRequest, HttpResponse, JsonResponse


def live(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return JsonResponse({"status": "alive"})


ready = metrics = live


def remember_worker(hostname: str) -> None:
    """Note that a worker lives."""
