"""Requests about one's own data, as the staff's queue and the artist's page show them."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from consent import request_states
from consent.deadlines import time_left, urgency
from consent.desk_rules import ARTIST
from consent.models import SubjectRequest, SubjectRequestEvent


def queue(*, kind: str = "", state: str = "") -> QuerySet[SubjectRequest]:
    """Requests by due date, the most urgent first; open ones unless a closed state is asked for."""
    found = SubjectRequest.objects.select_related("artist", "handled_by")
    found = found.filter(state=state) if state else found.filter(state__in=request_states.OPEN)
    if kind:
        found = found.filter(kind=kind)
    return found.order_by("due_at", "pk")


def request_counts(*, at: datetime) -> dict[str, int]:
    """How many are open, late, due within a week, and waiting for a second person."""
    rows = SubjectRequest.objects.filter(state__in=request_states.OPEN).values_list("due_at", "state")
    tones = [urgency(due, at=at) for due, _state in rows]
    return {
        "open": len(tones),
        "late": tones.count("stop"),
        "soon": tones.count("wait"),
        "review": sum(state == "review" for _due, state in rows),
    }


def requests_of(artist_id: int) -> QuerySet[SubjectRequest]:
    """All requests of one artist, newest first."""
    return SubjectRequest.objects.filter(artist_id=artist_id).select_related("copy").order_by("-received_at")


def open_erasure(artist_id: int) -> SubjectRequest | None:
    """The artist's request to be erased that is not answered yet, if there is one."""
    rows = requests_of(artist_id).filter(kind=SubjectRequest.Kind.ERASURE, state__in=request_states.OPEN)
    return rows.first()


def with_clock(row: SubjectRequest, *, at: datetime) -> dict[str, Any]:
    """One request with its state in words and its clock, for pages."""
    word, tone = request_states.WORDS[row.state]
    return {
        "row": row,
        "word": word,
        "tone": tone,
        "left": time_left(row.due_at, at=at) if row.is_open else "",
        "urgency": urgency(row.due_at, at=at) if row.is_open else "",
    }


def timeline(row: SubjectRequest, *, for_artist: bool = False) -> list[dict[str, Any]]:
    """What happened, oldest first: time, sentence, role (her own is "you"), note; no names."""
    return [_line(event, for_artist=for_artist) for event in row.events.all()]


def _line(event: SubjectRequestEvent, *, for_artist: bool) -> dict[str, Any]:
    role = "you" if for_artist and event.role == ARTIST else event.role
    return {
        "at": event.at,
        "sentence": request_states.SENTENCES[event.what],
        "tone": request_states.TONES.get(event.what, ""),
        "note": " ".join(part for part in (f"By: {role}.", event.note) if part),
    }
