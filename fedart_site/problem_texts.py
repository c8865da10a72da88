"""What a person is told for each of REST framework's own exceptions: code, sentence and fix."""

import math
from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions

TEXTS: dict[type[Exception], tuple[str, str, str]] = {
    exceptions.ParseError: ("malformed", "The body is not valid JSON.", "Send well-formed JSON in UTF-8."),
    exceptions.UnsupportedMediaType: (
        "unsupported-media-type",
        "This content type is not taken here.",
        "Send the content type that the API description names.",
    ),
    exceptions.NotAuthenticated: (
        "not-authenticated",
        "Nobody is signed in.",
        "Sign in, or send a Bearer token.",
    ),
    exceptions.AuthenticationFailed: (
        "authentication-failed",
        "The credentials are not valid, or no longer.",
        "Sign in again, or get a new token.",
    ),
    exceptions.PermissionDenied: (
        "forbidden",
        "You may not do this.",
        "Use an account or device that has the right.",
    ),
    PermissionDenied: ("forbidden", "You may not do this.", "Use an account or device that has the right."),
    exceptions.NotFound: (
        "not-found",
        "There is nothing at this address.",
        "Check the address and the id in it.",
    ),
    Http404: ("not-found", "There is nothing at this address.", "Check the address and the id in it."),
    exceptions.MethodNotAllowed: (
        "method-not-allowed",
        "This method is not known here.",
        "See the Allow header.",
    ),
    exceptions.NotAcceptable: ("not-acceptable", "Only JSON is answered here.", "Accept application/json."),
    exceptions.Throttled: (
        "too-many-requests",
        "Too many requests.",
        "Wait as long as Retry-After says, then try again.",
    ),
}

Document = Callable[..., dict[str, Any]]


def of_api_exception(error: Exception, document: Document) -> tuple[dict[str, Any], dict[str, str]]:
    """The problem document and headers for an exception of REST framework or Django."""
    headers: dict[str, str] = {}
    if isinstance(error, exceptions.ValidationError):
        found = document(
            400,
            "invalid",
            "Some values were not accepted.",
            "Correct the fields named in `errors`.",
            errors=error.detail,
        )
        return found, headers
    code, detail, fix = next(
        (text for kind, text in TEXTS.items() if isinstance(error, kind)),
        ("refused", str(getattr(error, "detail", "The request was refused.")), "Check what was sent."),
    )
    status = getattr(error, "status_code", 404 if isinstance(error, Http404) else 403)
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    wait = getattr(error, "wait", None)
    if isinstance(error, exceptions.Throttled) and wait is not None:
        headers["Retry-After"] = str(max(1, math.ceil(wait)))
    return document(status, code, detail, fix), headers


GENERAL: dict[str, tuple[int, str, str]] = {
    "malformed": (
        400,
        "The body is not valid JSON, or nested too deeply.",
        "Send well-formed JSON in UTF-8.",
    ),
    "invalid": (400, "A field is missing or out of range; `errors` says which.", "Correct those fields."),
    "bad-request": (
        400,
        "The request makes no sense, or names a host this server is not.",
        "Check the address.",
    ),
    "bad-length": (400, "The header Content-Length is not a number.", "Send the length of the body."),
    "nul-in-address": (400, "The address holds a NUL character.", "Leave it out."),
    "not-authenticated": (401, "Nobody is signed in.", "Sign in, or send a Bearer token."),
    "authentication-failed": (
        401,
        "The session or token is not valid, or no longer.",
        "Sign in again, or get a new one.",
    ),
    "forbidden": (403, "The account or device has not the right.", "Use one that has."),
    "csrf-failed": (403, "The form's security token is missing or old.", "Load the page again."),
    "metrics-closed": (
        403,
        "The metrics are asked for without their token.",
        "Send METRICS_TOKEN as a Bearer token.",
    ),
    "not-found": (404, "There is nothing at the address, or it is not yours to see.", "Check the address."),
    "method-not-allowed": (405, "The address does not know the method.", "See the Allow header."),
    "not-acceptable": (406, "Something other than JSON was asked for.", "Accept application/json."),
    "body-too-large": (413, "The body is larger than the address takes.", "Send less at once."),
    "unsupported-media-type": (
        415,
        "The content type is not taken here.",
        "Send the one in the API description.",
    ),
    "too-many-requests": (
        429,
        "Too many requests came within a minute.",
        "Wait as long as Retry-After says.",
    ),
    "refused": (400, "The request was refused for a reason that the answer names.", "Read `detail`."),
    "server-error": (500, "A mistake of ours.", "Try again; tell the operator when it happened."),
    "unavailable": (
        503,
        "The database or Valkey is away, usually for seconds.",
        "Try again after Retry-After.",
    ),
}
"""What any address may answer, in general words, for /problems/: code -> (HTTP status, what is in the way, fix)."""
