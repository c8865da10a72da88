"""Which state may follow which, and the one function that moves a row.

The tables are literals and are rendered into docs/rounds.md by a test. Every move is a compare-and-swap in the
database and leaves an Event row in the same transaction, so two processes can never both make the same move.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from django.db import models, transaction

from federation.models import Campaign, Device, DeviceEnrolment, Event, Participation, Round

Table = Mapping[str, tuple[str, ...]]

DEVICE: Table = {
    "active": ("silent", "withdrawn"),
    "silent": ("active", "withdrawn"),
    "withdrawn": (),
}

ENROLMENT: Table = {
    "waiting": ("confirmed", "refused", "expired"),
    "confirmed": ("redeemed", "expired"),
    "redeemed": (),
    "refused": (),
    "expired": (),
}

CAMPAIGN: Table = {
    "draft": ("running", "ended"),
    "running": ("paused", "ended"),
    "paused": ("running", "ended"),
    "ended": (),
}

ROUND: Table = {
    "training": ("advertising", "aborted"),
    "advertising": ("sharing", "aborted"),
    "sharing": ("collecting", "aborted"),
    "collecting": ("confirming", "aborted"),
    "confirming": ("unmasking", "aborted"),
    "unmasking": ("aggregating", "aborted"),
    "aggregating": ("publishing", "aborted"),
    "publishing": ("published", "aborted"),
    "published": (),
    "aborted": (),
}

PARTICIPATION: Table = {
    "invited": ("training", "dropped"),
    "training": ("ready", "dropped"),
    "ready": ("rostered", "not_drawn", "dropped"),
    "rostered": ("advertised", "dropped"),
    "advertised": ("shared", "dropped"),
    "shared": ("submitted", "dropped"),
    # Whoever sent a masked update is in the sum, even when its later answers never came.
    "submitted": ("confirmed", "counted", "dropped"),
    "confirmed": ("unmasked", "counted", "dropped"),
    "unmasked": ("counted", "dropped"),
    "counted": (),
    "not_drawn": (),
    "dropped": (),
}

TABLES: Mapping[str, Table] = {
    "device": DEVICE,
    "enrolment": ENROLMENT,
    "campaign": CAMPAIGN,
    "round": ROUND,
    "participation": PARTICIPATION,
}
KINDS: Mapping[type[models.Model], str] = {
    Device: "device",
    DeviceEnrolment: "enrolment",
    Campaign: "campaign",
    Round: "round",
    Participation: "participation",
}

INTERACTIVE = ("advertising", "sharing", "collecting", "confirming", "unmasking")
OPEN = ("training", *INTERACTIVE, "aggregating", "publishing")

Row = TypeVar("Row", Device, DeviceEnrolment, Campaign, Round, Participation)


class IllegalMove(Exception):
    """The table does not allow this move: a mistake in the program, never a user's."""


class LostRace(Exception):
    """Another process moved the row first; whoever gets this stops and lets the other go on."""


def begin(row: Row, *, at: datetime, data: Mapping[str, Any] | None = None) -> Row:
    """Writes the Event of a row that was just made in its first state."""
    _event(row, from_state="", to=row.state, reason="", at=at, data=data)
    return row


def move(
    row: Row,
    *,
    to: str,
    at: datetime,
    reason: str = "",
    data: Mapping[str, Any] | None = None,
    **changes: Any,
) -> Row:
    """Moves `row` from the state it was read in to `to`, sets `changes` with it, and writes the Event.

    Raises IllegalMove where the table does not allow it, LostRace where the row was no longer in that state.
    """
    kind = KINDS[type(row)]
    came_from = row.state
    if to not in TABLES[kind][came_from]:
        raise IllegalMove(f"{kind} may not move from {came_from} to {to}")
    changes = {"state": to, "state_reason": reason, **changes}
    with transaction.atomic():
        manager = type(row)._default_manager
        if not manager.filter(pk=row.pk, state=came_from).update(**changes):
            raise LostRace(f"{kind} {row.pk} is no longer {came_from}")
        for name, value in changes.items():
            setattr(row, name, value)
        _event(row, from_state=came_from, to=to, reason=reason, at=at, data=data)
    return row


def move_all(
    rows: Sequence[Participation], *, to: str, at: datetime, reason: str = "", **changes: Any
) -> Sequence[Participation]:
    """As `move` for many rows, in as many queries as there are states that they come from. All move, or none.

    Raises IllegalMove, LostRace.
    """
    for came_from in {row.state for row in rows}:
        if to not in PARTICIPATION[came_from]:
            raise IllegalMove(f"participation may not move from {came_from} to {to}")
    changes = {"state": to, "state_reason": reason, **changes}
    with transaction.atomic():
        for came_from in sorted({row.state for row in rows}):
            mine = [row for row in rows if row.state == came_from]
            found = Participation.objects.filter(pk__in=[row.pk for row in mine], state=came_from)
            if found.update(**changes) != len(mine):
                raise LostRace(f"a participation is no longer {came_from}")
            Event.objects.bulk_create(
                _new_event(row, from_state=came_from, to=to, reason=reason, at=at, data=None) for row in mine
            )
            for row in mine:
                for name, value in changes.items():
                    setattr(row, name, value)
    return rows


def _event(
    row: Row, *, from_state: str, to: str, reason: str, at: datetime, data: Mapping[str, Any] | None
) -> None:
    _new_event(row, from_state=from_state, to=to, reason=reason, at=at, data=data).save()


def _new_event(
    row: Row, *, from_state: str, to: str, reason: str, at: datetime, data: Mapping[str, Any] | None
) -> Event:
    """Links the Event to everything whose page shows it."""
    event = Event(
        at=at, kind=KINDS[type(row)], from_state=from_state, to_state=to, reason=reason, data=dict(data or {})
    )
    match row:
        case Device():
            event.device = row
        case DeviceEnrolment():
            event.device_id = row.device_id
        case Campaign():
            event.campaign = row
        case Round():
            event.round, event.campaign_id = row, row.campaign_id
        case Participation():
            event.round_id, event.device_id = row.round_id, row.device_id
    return event
