"""How large a request body may be, by path, refused before anything of it is parsed."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from fedart_site.problems import problem

KIB, MIB = 1024, 1024 * 1024
# A masked update is 4 bytes for each shared number; 64 MiB holds sixteen million of them.
MAX_ROUND_MESSAGE = 64 * MIB
MAX_API_JSON = 256 * KIB
MAX_STATEMENT = 64 * KIB
MAX_FORM = 1 * MIB
# The first prefix that fits decides.
BY_PREFIX = (
    ("/api/v1/rounds/", MAX_ROUND_MESSAGE),
    ("/api/", MAX_API_JSON),
    ("/oauth/", 16 * KIB),
    ("/consent/", MAX_STATEMENT),
    ("/accounts/", MAX_STATEMENT),
    ("/", MAX_FORM),
)


def limit_of(path: str) -> int:
    """The largest body in bytes that a path takes."""
    return next(limit for prefix, limit in BY_PREFIX if path.startswith(prefix))


class BodyLimitMiddleware:
    """413 for a declared length above the path's limit, and for a body without a length that turns out longer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        limit = limit_of(request.path)
        declared = request.META.get("CONTENT_LENGTH") or "0"
        if not declared.isascii() or not declared.isdigit():
            return problem(
                request, 400, "bad_length", "Content-Length is not a number.", "Send the body's length."
            )
        if int(declared) > limit:
            return problem(
                request,
                413,
                "body_too_large",
                f"The body has {int(declared):,} bytes; this address takes at most {limit:,}.",
                "Send less at once.",
            )
        return self.get_response(request)
