"""Whatever goes wrong is a problem document for scripts and a page with the fix for people."""

from typing import Any

import pytest
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import include, path
from rest_framework import exceptions
from rest_framework.decorators import api_view, permission_classes
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from fedart_site import problems
from fedart_site.urls import handler400, handler403, handler404, handler500

HANDLERS = (handler400, handler403, handler404, handler500)


class Refused(Exception):
    """As every room's Refusal looks."""

    def __init__(self) -> None:
        self.code, self.why, self.fix, self.status = (
            "too-late",
            "The round is over.",
            "Wait for the next.",
            409,
        )


def page_that_refuses(request: HttpRequest) -> HttpResponse:
    raise Refused


def page_without_database(request: HttpRequest) -> HttpResponse:
    raise OperationalError("connection to server failed")


def page_that_breaks(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("a bug with s3cr3t in it")


@api_view(["GET", "POST"])
@permission_classes([AllowAny])
def door(request: Request) -> Response:
    match request.query_params.get("how"):
        case "refuse":
            raise Refused
        case "throttle":
            raise exceptions.Throttled(wait=3.2)
        case "away":
            raise OperationalError("connection to server failed")
        case "break":
            raise RuntimeError("a bug with s3cr3t in it")
    return Response({"got": request.data})


@api_view(["GET"])
def private_door(request: Request) -> Response:
    return Response({})


urlpatterns = [
    path("refuses/", page_that_refuses),
    path("breaks/", page_that_breaks),
    path("away/", page_without_database),
    path("api/v1/door", door),
    path("api/v1/private", private_door),
    path("", include("fedart_site.urls")),
]
handler400, handler403, handler404, handler500 = HANDLERS

pytestmark = [pytest.mark.urls(__name__), pytest.mark.django_db]
SHAPE = {"type", "title", "status", "code", "detail", "fix"}


@pytest.fixture
def visitor() -> Client:
    """A visitor who sees the 500 page instead of the exception."""
    return Client(raise_request_exception=False)


def _problem(answer: Any) -> dict[str, Any]:
    assert answer["Content-Type"] == "application/problem+json", answer["Content-Type"]
    found: dict[str, Any] = answer.json()
    assert set(found) >= SHAPE
    assert found["status"] == answer.status_code
    assert found["detail"]
    assert found["fix"]
    return found


@pytest.mark.parametrize(
    ("method", "address", "body", "status", "code"),
    [
        ("get", "/api/v1/door?how=refuse", None, 409, "too-late"),
        ("get", "/api/v1/door?how=throttle", None, 429, "too-many-requests"),
        ("get", "/api/v1/door?how=break", None, 500, "server-error"),
        ("get", "/api/v1/door?how=away", None, 503, "unavailable"),
        ("post", "/api/v1/door", b"{", 400, "malformed"),
        ("post", "/api/v1/door", b"\xff\xfe", 400, "malformed"),
        ("post", "/api/v1/door", b"NaN", 400, "malformed"),
        ("post", "/api/v1/door", b"[" * 100_000, 400, "malformed"),
        ("put", "/api/v1/door", b"{}", 405, "method-not-allowed"),
        ("get", "/api/v1/private", None, 403, "not-authenticated"),
        ("get", "/api/v1/no/such/thing", None, 404, "not-found"),
        ("get", "/api/", None, 404, "not-found"),
    ],
)
def test_api(visitor: Client, method: str, address: str, body: bytes | None, status: int, code: str) -> None:
    more = {} if body is None else {"data": body, "content_type": "application/json"}
    answer = getattr(visitor, method)(address, **more)
    found = _problem(answer)
    assert (answer.status_code, found["code"]) == (status, code)
    assert "s3cr3t" not in answer.content.decode()


def test_wrong_content_type(visitor: Client) -> None:
    answer = visitor.post("/api/v1/door", b"<a/>", content_type="text/xml")
    assert _problem(answer)["code"] == "unsupported-media-type"


def test_throttled_says_how_long(visitor: Client) -> None:
    assert visitor.get("/api/v1/door?how=throttle")["Retry-After"] == "4"


@pytest.mark.parametrize(
    ("address", "status"), [("/refuses/", 409), ("/breaks/", 500), ("/nowhere/", 404), ("/away/", 503)]
)
def test_pages(visitor: Client, address: str, status: int) -> None:
    answer = visitor.get(address, headers={"Accept": "text/html"})
    assert answer.status_code == status
    assert answer["Content-Type"].startswith("text/html")
    assert "s3cr3t" not in answer.content.decode()
    if status == 409:
        assert "The round is over." in answer.content.decode()
        assert "Wait for the next." in answer.content.decode()


def test_scripts_get_problems_from_pages_too(visitor: Client) -> None:
    assert _problem(visitor.get("/refuses/", headers={"Accept": "application/json"}))["code"] == "too-late"
    sent = visitor.post("/refuses/", b"{}", content_type="application/json")
    assert _problem(sent)["code"] == "too-late"


def test_csrf_failure_is_a_problem_for_scripts() -> None:
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post("/accounts/login/", b"{}", content_type="application/json")
    assert _problem(answer)["code"] == "csrf-failed"


def test_a_broken_problem_page_still_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> HttpResponse:
        raise ValueError("template trouble")

    monkeypatch.setattr(problems, "render", broken)
    answer = problems.page_not_found(RequestFactory().get("/x/"))
    assert answer.status_code == 404
    assert answer.content.decode().startswith("Not Found. There is nothing at this address.")


def test_unknown_host_is_refused(visitor: Client) -> None:
    assert visitor.get("/healthz", headers={"Host": "evil.example"}).status_code in (200, 400)
    assert visitor.get("/accounts/login/", headers={"Host": "evil.example"}).status_code == 400
