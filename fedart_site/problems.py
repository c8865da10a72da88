"""Errors as RFC 9457 problem documents under /api/, /oauth/ and for scripts; as a page with the fix for people.

The rooms below raise a Refusal of their own (an exception with `code`, `why`, `fix` and maybe `status`); it is
recognised by that shape, so nothing below imports this module.
"""

import json
import sys
from http import HTTPStatus
from typing import Any, Protocol, runtime_checkable

import redis
import structlog
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import TemplateDoesNotExist
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from fedart_site.problem_texts import of_api_exception

log = structlog.get_logger("fedart.problems")
CONTENT_TYPE = "application/problem+json"
DOCUMENTS = "/problems/#"
# What the drivers raise while an engine is stopped or restarts.
AWAY = (OperationalError, InterfaceError, redis.ConnectionError, redis.TimeoutError)
AWAY_SECONDS = 5
UNAVAILABLE = (
    503,
    "unavailable",
    "A part of the platform is away for a moment.",
    "Try again in a few seconds.",
)
# Python's JSON reader gives up with RecursionError on thousands of nested brackets.
TOO_DEEP = "The JSON is nested too deeply."


@runtime_checkable
class RefusalShape(Protocol):
    """What every Refusal has, whichever room it comes from."""

    code: str
    why: str
    fix: str


def document(status: int, code: str, detail: str, fix: str, **more: Any) -> dict[str, Any]:
    """RFC 9457 section 3: type, title, status, detail; `code` and `fix` are ours."""
    title = HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else "Error"
    return {
        "type": f"{DOCUMENTS}{code}",
        "title": title,
        "status": status,
        "code": code,
        "detail": detail,
        "fix": fix,
        **more,
    }


def wants_problem(request: HttpRequest) -> bool:
    """Whether this caller reads JSON rather than a page."""
    if request.path.startswith(("/api/", "/oauth/")):
        return True
    if request.headers.get("HX-Request") == "true":
        return False
    if request.content_type == "application/json":
        return True
    accept = request.headers.get("Accept", "")
    return "json" in accept and "text/html" not in accept


def problem(request: HttpRequest, status: int, code: str, detail: str, fix: str, **more: Any) -> HttpResponse:
    """The answer to a refused request, as JSON or as a page."""
    found = document(status, code, detail, fix, **more)
    if wants_problem(request):
        return HttpResponse(json.dumps(found), status=status, content_type=CONTENT_TYPE)
    return page(request, found)


def page(request: HttpRequest, found: dict[str, Any]) -> HttpResponse:
    """The page for a problem: <status>.html, else problem.html, else plain words; never an error of its own."""
    context = {"problem": found}
    try:
        return render(request, [f"{found['status']}.html", "problem.html"], context, status=found["status"])
    except Exception as error:
        if not isinstance(error, TemplateDoesNotExist):
            log.exception("problem page failed", status=found["status"])
        words = f"{found['title']}. {found['detail']} {found['fix']}"
        return HttpResponse(words, status=found["status"], content_type="text/plain; charset=utf-8")


def refusal_of(error: BaseException) -> tuple[int, str, str, str] | None:
    """(status, code, why, fix) where the exception is a Refusal."""
    if not isinstance(error, RefusalShape) or not isinstance(error.code, str):
        return None
    return int(getattr(error, "status", 400)), error.code, error.why, error.fix


def api_exception(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's EXCEPTION_HANDLER: refusals and DRF's own exceptions become problem documents; None means a bug."""
    if refusal := refusal_of(error):
        found, headers = document(*refusal), _retry_headers(error)
    elif isinstance(error, exceptions.APIException | Http404 | PermissionDenied):
        found, headers = of_api_exception(error, document)
    elif isinstance(error, AWAY):
        log.error("database or Valkey away", error=type(error).__name__)
        found, headers = document(*UNAVAILABLE), {"Retry-After": str(AWAY_SECONDS)}
    elif isinstance(error, RecursionError):
        found, headers = document(400, "malformed", TOO_DEEP, "Send flatter JSON."), {}
    elif isinstance(error, RequestDataTooBig):
        found, headers = document(413, "body-too-large", "The body is too large.", "Send less at once."), {}
    else:
        return None
    set_rollback()
    return Response(found, status=found["status"], headers=headers, content_type=CONTENT_TYPE)


def _retry_headers(error: Exception) -> dict[str, str]:
    wait = getattr(error, "retry_after", None)
    return {} if wait is None else {"Retry-After": str(max(1, round(wait)))}


class ProblemMiddleware:
    """Refusals raised by page views become an answer; unknown addresses under /api/ become problem documents."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response: HttpResponse = self.get_response(request)
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if refusal := refusal_of(error):
            response = problem(request, *refusal)
            for name, value in _retry_headers(error).items():
                response[name] = value
            return response
        if isinstance(error, RecursionError) and wants_problem(request):
            return problem(request, 400, "malformed", TOO_DEEP, "Send flatter JSON.")
        if isinstance(error, RequestDataTooBig):
            return problem(request, 413, "body-too-large", "The body is too large.", "Send less at once.")
        return None


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """handler400."""
    detail = "The request could not be understood."
    if isinstance(exception, SuspiciousOperation) and "ALLOWED_HOSTS" in str(exception):
        detail = "This server does not answer to that host name."
    return problem(request, 400, "bad-request", detail, "Check the address and what was sent.")


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """handler403."""
    detail = str(exception) if exception and str(exception) else "Your account may not do this."
    return problem(request, 403, "forbidden", detail, "Sign in with an account that has the right.")


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """handler404."""
    return problem(request, 404, "not-found", "There is nothing at this address.", "Check the address.")


def server_error(request: HttpRequest) -> HttpResponse:
    """handler500; 503 where the database or Valkey is away, which is nobody's mistake and soon over."""
    if isinstance(sys.exc_info()[1], AWAY):
        response = problem(request, *UNAVAILABLE)
        response["Retry-After"] = str(AWAY_SECONDS)
        return response
    detail = "Something went wrong on our side; nothing was changed that is not shown."
    return problem(
        request, 500, "server-error", detail, "Try again; if it stays, tell the operator when it happened."
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """CSRF_FAILURE_VIEW."""
    detail = "The form's security token is missing or old."
    return problem(request, 403, "csrf-failed", detail, "Load the page again, then send the form once more.")
