"""Bodies are refused by size before anything is parsed, at the ASGI door and in Django."""

import asyncio
import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.test import Client

from fedart_site import sizes
from fedart_site.limits import BodyLimit


@pytest.mark.parametrize(
    ("path", "limit"),
    [
        ("/api/v1/rounds/x/messages/masked-input", sizes.MAX_ROUND_MESSAGE),
        ("/api/v1/agent/heartbeat", sizes.MAX_API_JSON),
        ("/oauth/token/", sizes.MAX_OAUTH_FORM),
        ("/consent/statements", sizes.MAX_STATEMENT),
        ("/studio/requests", sizes.MAX_FORM),
        ("", sizes.MAX_FORM),
    ],
)
def test_limit_of_each_kind_of_path(path: str, limit: int) -> None:
    assert sizes.limit_of(path) == limit


def test_declared_length_is_enough_to_refuse(client: Client) -> None:
    answer = client.post(
        "/api/v1/requests", b"{}", content_type="application/json", CONTENT_LENGTH=str(sizes.MAX_API_JSON + 1)
    )
    assert answer.status_code == 413
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "body-too-large"
    assert "262,144" in answer.json()["detail"]


@pytest.mark.parametrize("length", ["-1", "ten", "1e3", "٣"])
def test_length_that_is_no_number(client: Client, length: str) -> None:
    answer = client.post("/api/v1/x", b"{}", content_type="application/json", CONTENT_LENGTH=length)
    assert answer.status_code == 400
    assert answer.json()["code"] == "bad-length"


@pytest.mark.parametrize("path", ["/api/v1/a%00b", "/api/v1/x?q=%00"])
def test_nul_in_an_address(client: Client, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (400, "nul-in-address")


async def _through(path: str, chunks: list[bytes], headers: Mapping[str, str]) -> tuple[list[Any], int]:
    """Send chunks through BodyLimit to an application that reads everything; (what was sent back, bytes it got)."""
    waiting = [
        {"type": "http.request", "body": chunk, "more_body": index + 1 < len(chunks)}
        for index, chunk in enumerate(chunks)
    ]
    sent: list[Any] = []
    got = 0

    async def receive() -> Mapping[str, Any]:
        return waiting.pop(0)

    async def send(message: Mapping[str, Any]) -> None:
        sent.append(message)

    async def application(scope: Any, receive: Any, send: Any) -> None:
        nonlocal got
        more = True
        while more:
            message = await receive()
            got += len(message["body"])
            more = message["more_body"]
        await send({"type": "http.response.start", "status": 200, "headers": []})

    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    await BodyLimit(application)({"type": "http", "path": path, "headers": raw}, receive, send)
    return sent, got


def _run_through(path: str, chunks: list[bytes], headers: Mapping[str, str]) -> tuple[list[Any], int]:
    """In a thread of its own: where a browser test ran before, this one's event loop is taken."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, _through(path, chunks, headers)).result()


def test_a_fitting_body_passes() -> None:
    sent, got = _run_through("/oauth/token/", [b"a" * 1000] * 3, {})
    assert (sent[0]["status"], got) == (200, 3000)


def test_a_stream_without_length_is_cut_off() -> None:
    sent, got = _run_through("/oauth/token/", [b"a" * 8192] * 100, {"transfer-encoding": "chunked"})
    assert sent[0]["status"] == 413
    assert json.loads(sent[1]["body"])["code"] == "body-too-large"
    assert got <= sizes.MAX_OAUTH_FORM


def test_a_large_declaration_reaches_nobody() -> None:
    sent, got = _run_through("/oauth/token/", [b"a"], {"content-length": "99999999999"})
    assert (sent[0]["status"], got) == (413, 0)
