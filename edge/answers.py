"""Reading a server's answers: bounded, JSON where JSON is due, problems (RFC 9457) as refusals."""

import json
from typing import Any

import httpx

from federation.protocol.errors import Refusal, refusal

MAX_ANSWER = 8 << 20
"""Bytes of an answer that is no file: a manifest of a large base stays far below."""


def read_body(response: httpx.Response, limit: int = MAX_ANSWER) -> bytes:
    """The body of a streamed answer; raises Refusal `download-too-large` before it grows beyond `limit`."""
    parts, size = [], 0
    for part in response.iter_bytes():
        size += len(part)
        if size > limit:
            raise refusal("download-too-large", f"More than {limit} bytes.")
        parts.append(part)
    return b"".join(parts)


def as_json(body: bytes) -> Any:
    """The JSON value; raises Refusal `server-answer`."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise refusal("server-answer", "It is not JSON.") from None


def as_object(body: bytes) -> dict[str, Any]:
    """The JSON object; raises Refusal `server-answer`."""
    value = as_json(body)
    if not isinstance(value, dict):
        raise refusal("server-answer", "It is not an object.")
    return value


def problem(status: int, body: bytes) -> Refusal:
    """The refusal that a server's answer of 400 or above stands for, in the server's own words where it has some."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        told = None
    if isinstance(told, dict) and isinstance(told.get("code"), str) and isinstance(told.get("detail"), str):
        fix = told["fix"] if isinstance(told.get("fix"), str) else ""
        return Refusal(plain(told["code"], 64), plain(told["detail"], 400), plain(fix, 400), status)
    return refusal("server-answer", f"It is an HTTP {status} without a reason.")


def plain(text: str, longest: int) -> str:
    """A server's words for a terminal: one line, no control characters, not too long."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:longest]
