"""Every request that leaves this computer, counted by day and purpose: bytes as HTTP writes them, before encryption."""

import sqlite3
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import NamedTuple

import httpx

from edge.paths import Home
from edge.state import State

PURPOSES = (
    ("/api/v1/agent/heartbeat", "status"),
    ("/oauth/", "permission"),
    ("/messages/", "round messages"),
    ("/uploads/", "round messages"),
    ("/api/v1/agent/works", "count of works"),
    ("/api/v1/vault", "vault"),
    ("/api/v1/rounds/", "rounds"),
)
"""The first that the address contains names the purpose; whatever is fetched besides is a question without content."""
QUESTION, OTHER = "questions", "other"


class Tally(NamedTuple):
    """`bytes` and number of requests for a purpose on a day (UTC)."""

    day: str
    purpose: str
    requests: int
    bytes: int


def purpose_of(request: httpx.Request) -> str:
    """What a request is for, by its address."""
    path = request.url.path
    named = next((purpose for part, purpose in PURPOSES if part in path), None)
    return named or (QUESTION if request.method == "GET" else OTHER)


def size_of(request: httpx.Request) -> int:
    """Bytes of request line, headers and body."""
    head = len(request.method) + len(request.url.raw_path) + len(" HTTP/1.1\r\n") + 1
    lines = sum(len(name) + len(value) + len(": \r\n") for name, value in request.headers.raw)
    return head + lines + len("\r\n") + int(request.headers.get("Content-Length", "0"))


def counting(state: State, clock: Callable[[], datetime]) -> Callable[[httpx.Request], None]:
    """A hook for the client: it counts before anything is sent, so a crash can only count too much."""

    def count(request: httpx.Request) -> None:
        state.count_sent(clock().date().isoformat(), purpose_of(request), size_of(request))

    return count


def counting_apart(home: Home, clock: Callable[[], datetime]) -> Callable[[httpx.Request], None]:
    """The same for a command, which holds no state open; before there is a home, nothing is kept."""

    def count(request: httpx.Request) -> None:
        if not home.root.is_dir():
            return
        with suppress(sqlite3.Error):
            state = State(home)
            try:
                counting(state, clock)(request)
            finally:
                state.close()

    return count
