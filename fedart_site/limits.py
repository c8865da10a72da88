"""How large a request may be, by path; refused before anything of it is parsed or kept."""

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import unquote_to_bytes

from django.http import HttpRequest, HttpResponse

from fedart_site.problems import CONTENT_TYPE, document, problem
from fedart_site.sizes import limit_of

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

TOO_LARGE_FIX = "Send less at once."


def _too_large(limit: int) -> str:
    return f"The body is larger than this address takes ({limit:,} bytes)."


class BodyLimitMiddleware:
    """413 for a declared length above the path's limit, 400 for a length or an address that makes no sense."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        limit = limit_of(request.path)
        declared = request.META.get("CONTENT_LENGTH") or "0"
        if not (declared.isascii() and declared.isdigit()):
            return problem(
                request, 400, "bad-length", "Content-Length is not a number.", "Send the body's length."
            )
        if int(declared) > limit:
            return problem(request, 413, "body-too-large", _too_large(limit), TOO_LARGE_FIX)
        query = unquote_to_bytes(request.META.get("QUERY_STRING", ""))
        if "\0" in request.path or b"\0" in query:
            # PostgreSQL keeps no NUL in text, so such an address could only fail deeper down.
            return problem(
                request, 400, "nul-in-address", "The address holds a NUL character.", "Leave it out."
            )
        return self.get_response(request)


class TooMuch(Exception):
    """More bytes came than the path takes."""


class BodyLimit:
    """The same at the ASGI door, counting what really comes: Django would first write a whole body to disk."""

    def __init__(self, application: Application) -> None:
        self.application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.application(scope, receive, send)
        limit, taken, answered = limit_of(scope["path"]), 0, False

        async def counted() -> Mapping[str, Any]:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > limit:
                raise TooMuch
            return message

        async def noted(message: Mapping[str, Any]) -> None:
            nonlocal answered
            answered = True
            await send(message)

        try:
            declared = dict(scope["headers"]).get(b"content-length", b"0")
            if declared.isdigit() and int(declared) > limit:
                raise TooMuch
            await self.application(scope, counted, noted)
        except TooMuch:
            if not answered:
                await _refuse(send, limit)


async def _refuse(send: Send, limit: int) -> None:
    body = json.dumps(document(413, "body-too-large", _too_large(limit), TOO_LARGE_FIX)).encode()
    headers = [
        (b"content-type", CONTENT_TYPE.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": body})
