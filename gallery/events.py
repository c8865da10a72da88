"""What the studio's WebSocket says: one frozen payload for each kind of news, as plain JSON."""

import base64
from dataclasses import asdict, dataclass
from typing import Any


def group_of(artist_id: int) -> str:
    """The channel group of one owner. Nobody else is ever added to it."""
    return f"studio.{artist_id}"


@dataclass(frozen=True)
class Payload:
    """`id` is the request's public handle."""

    id: str

    def to_json(self) -> dict[str, Any]:
        """The message as the page reads it; `kind` is the class's name in lower case."""
        return {"kind": type(self).__name__.lower(), **asdict(self)}


@dataclass(frozen=True)
class Queued(Payload):
    """Waiting. `place` counts from 1; `seconds` is a guess from the latest pictures, or None."""

    place: int
    seconds: int | None


@dataclass(frozen=True)
class Awaiting(Payload):
    """The artist's own computer is to draw it, because only that can open her personal adapter."""

    reason: str


@dataclass(frozen=True)
class Running(Payload):
    """Being made: step of steps, a guess of the seconds left, and the preview as base64 PNG when there is one."""

    step: int
    steps: int
    seconds: int | None
    preview: str | None


@dataclass(frozen=True)
class Done(Payload):
    """Finished: where the picture and its page are."""

    picture: str
    page: str
    width: int
    height: int
    alt: str


@dataclass(frozen=True)
class Failed(Payload):
    """Ended without a picture, and why."""

    reason: str
    preview: str | None


@dataclass(frozen=True)
class Cancelled(Payload):
    """Stopped by its owner; the last preview is kept."""

    preview: str | None


def as_text(preview: bytes | memoryview | None) -> str | None:
    """Preview bytes as base64 for a data: address, or None."""
    return base64.b64encode(bytes(preview)).decode() if preview else None
