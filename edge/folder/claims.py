"""What the artist said about marked pictures: "this one is mine". Kept here only, by the hash of the very file."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from edge.state import State

NOTE = "mine"


def claimed(state: State) -> Mapping[str, str]:
    """The SHA-256 of the pictures she said are hers, each with the time (ISO 8601)."""
    found: Mapping[str, str] = state.noted(NOTE) or {}
    return found


def claim(state: State, hashes: Iterable[str], at: datetime) -> None:
    """She says that these files are her own works; a file that changes afterwards is asked about again."""
    state.note(NOTE, {**claimed(state), **dict.fromkeys(hashes, at.isoformat())})
