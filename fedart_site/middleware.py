"""One log line for each request, and the headers that Django has no setting for."""

import time
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse

log = structlog.get_logger("fedart.request")
QUIET_PATHS = ("/static/", "/healthz", "/readyz", "/metrics")
PERMISSIONS_POLICY = "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()"

GetResponse = Callable[[HttpRequest], HttpResponse]


class RequestLogMiddleware:
    """Method, route, status and milliseconds: the route's pattern, not the path, since paths may hold names."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        start = time.perf_counter()
        response = self.get_response(request)
        if not request.path.startswith(QUIET_PATHS):
            match = request.resolver_match
            log.info(
                "request",
                method=request.method,
                route=match.route if match else "(none)",
                status=response.status_code,
                ms=round((time.perf_counter() - start) * 1000),
            )
        return response


class SecurityHeadersMiddleware:
    """Permissions-Policy and Cross-Origin-Resource-Policy on everything that is answered."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response
