"""Which step may follow which in a request about one's own data, and the one function that takes it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from consent.errors import refusal
from consent.models import SubjectRequest, SubjectRequestEvent

# received -> the sender is checked -> accepted -> an officer works -> a second one looks -> carried out -> done
REQUEST: Mapping[str, tuple[str, ...]] = {
    "received": ("identity-check", "accepted", "denied", "withdrawn"),
    "identity-check": ("accepted", "denied", "withdrawn"),
    "accepted": ("running", "executing", "denied", "withdrawn"),
    "running": ("review", "denied", "withdrawn"),
    "review": ("executing", "running", "denied", "withdrawn"),
    "executing": ("done",),
    "done": (),
    "denied": (),
    "withdrawn": (),
}
OPEN = tuple(state for state, following in REQUEST.items() if following)

WORDS: Mapping[str, tuple[str, str]] = {
    "received": ("Received", "wait"),
    "identity-check": ("Checking who asks", "wait"),
    "accepted": ("Accepted", "busy"),
    "running": ("Being worked on", "busy"),
    "review": ("Second person looks", "busy"),
    "executing": ("Being carried out", "busy"),
    "done": ("Done", "good"),
    "denied": ("Refused", "stop"),
    "withdrawn": ("Taken back", "plain"),
}
SENTENCES: Mapping[str, str] = {
    "received": "The request came in.",
    "identity-asked": "We asked for proof of who is asking.",
    "identity-checked": "It is established who is asking.",
    "taken": "A compliance officer began to work on it.",
    "extended": "The time for the answer was extended.",
    "sent-to-review": "The work is prepared; a second person looks at it.",
    "sent-back": "The second person sent it back for more work.",
    "released": "A second person approved it.",
    "carried-out": "It was carried out.",
    "denied": "The request was refused.",
    "withdrawn": "The request was taken back.",
    "started": "It is carried out without waiting for anybody.",
}
TONES: Mapping[str, str] = {"denied": "stop", "carried-out": "good", "extended": "wait", "released": "busy"}


def begin(row: SubjectRequest, *, at: datetime, role: str, actor_id: int | None) -> SubjectRequest:
    """The first event of a request that was just made."""
    _event(row, at=at, what="received", came_from="", role=role, actor_id=actor_id, note="")
    return row


def move(
    row: SubjectRequest,
    *,
    to: str,
    what: str,
    at: datetime,
    role: str,
    actor_id: int | None,
    note: str = "",
    **changes: Any,
) -> SubjectRequest:
    """Take one step and write its event, if the request still is where `row` says it is.

    `changes` are columns set in the same statement. Refuses `step-not-allowed` where the table says no, `moved-on`
    where another person was quicker.
    """
    came_from = row.state
    if to not in REQUEST[came_from]:
        raise refusal("step-not-allowed", detail=f"{came_from} to {to}")
    closed = {} if REQUEST[to] else {"closed_at": at}
    return _swap(
        row, {"state": to, **closed, **changes}, at=at, what=what, role=role, actor_id=actor_id, note=note
    )


def note_step(
    row: SubjectRequest,
    *,
    what: str,
    at: datetime,
    role: str,
    actor_id: int | None,
    note: str,
    **changes: Any,
) -> SubjectRequest:
    """An event that does not move the request (an extension), with the columns it sets. Refuses `moved-on`."""
    return _swap(row, changes, at=at, what=what, role=role, actor_id=actor_id, note=note)


def _swap(
    row: SubjectRequest,
    changes: Mapping[str, Any],
    *,
    at: datetime,
    what: str,
    role: str,
    actor_id: int | None,
    note: str,
) -> SubjectRequest:
    came_from = row.state
    with transaction.atomic():
        mine = SubjectRequest.objects.filter(pk=row.pk, state=came_from)
        if not mine.update(**{"state": came_from, **changes}):
            raise refusal("moved-on")
        for name, value in changes.items():
            setattr(row, name, value)
        _event(row, at=at, what=what, came_from=came_from, role=role, actor_id=actor_id, note=note)
    return row


def _event(
    row: SubjectRequest,
    *,
    at: datetime,
    what: str,
    came_from: str,
    role: str,
    actor_id: int | None,
    note: str,
) -> None:
    SubjectRequestEvent.objects.create(
        request_id=row.pk,
        at=at,
        what=what,
        from_state=came_from,
        to_state=row.state,
        role=role,
        actor_id=actor_id,
        note=note,
    )
