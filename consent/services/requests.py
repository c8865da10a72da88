"""Open a request under GDPR Articles 15 to 21: by the artist herself, or by an officer who got a letter."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from consent import request_states
from consent.deadlines import first_due
from consent.desk_rules import ARTIST, LONGEST_DETAILS, MOST_OPEN_OF_A_KIND, OFFICER
from consent.errors import refusal
from consent.models import Subject, SubjectRequest
from consent.purposes import purpose_of
from consent.services.copies import ask_for_copy
from consent.services.letters import tell
from consent.services.restrictions import restrict

Kind = SubjectRequest.Kind
CORRECTABLE = ("display_name", "email")
# What hurts nobody else and can be undone happens without staff; erasure and rectification wait for two people.
SELF_SERVICE = (Kind.ACCESS, Kind.PORTABILITY)


def open_request(
    *,
    artist: AbstractBaseUser,
    kind: str,
    at: datetime,
    details: str = "",
    purpose: str = "",
    changes: Mapping[str, str] | None = None,
) -> SubjectRequest:
    """The artist exercises a right on her own page, freshly signed in: that is the identity check.

    Access and portability are carried out by a worker at once; restriction and erasure stop all processing at once.
    Refuses `unknown-right`, `details-needed`, `nothing-to-correct`, `unknown-purpose`, `too-many-open`.
    """
    filled = _checked(kind=kind, details=details, purpose=purpose, changes=changes or {})
    with transaction.atomic():
        # The pseudonym's row is the lock: two tabs cannot both take the last place.
        Subject.objects.get_or_create(artist_id=artist.pk)
        Subject.objects.select_for_update().get(artist_id=artist.pk)
        mine = SubjectRequest.objects.filter(artist_id=artist.pk, kind=kind, channel="self")
        if mine.filter(state__in=request_states.OPEN).count() >= MOST_OPEN_OF_A_KIND:
            raise refusal("too-many-open")
        row = _make(artist_id=artist.pk, channel="self", at=at, role=ARTIST, actor_id=artist.pk, **filled)
        request_states.move(
            row,
            to="accepted",
            what="identity-checked",
            at=at,
            role=ARTIST,
            actor_id=artist.pk,
            identity_at=at,
            identity_method="signed-in",
        )
        if kind in (Kind.RESTRICTION, Kind.ERASURE):
            restrict(artist_id=artist.pk, request=row, at=at)
        if kind in SELF_SERVICE:
            request_states.move(row, to="executing", what="started", at=at, role=ARTIST, actor_id=artist.pk)
            ask_for_copy(request=row, at=at)
        else:
            tell(row, what="received")
    return row


def enter_request(
    *,
    officer: AbstractBaseUser,
    artist_id: int,
    kind: str,
    channel: str,
    received_at: datetime,
    at: datetime,
    details: str = "",
    purpose: str = "",
    changes: Mapping[str, str] | None = None,
) -> SubjectRequest:
    """An officer writes down what came by letter, e-mail, telephone or in person. The clock runs from the day it
    came; nothing happens before it is checked who is asking. Refuses as `open_request`, and `own-request`."""
    if officer.pk == artist_id:
        raise refusal("own-request")
    if (
        channel not in SubjectRequest.Channel.values
        or channel == SubjectRequest.Channel.SELF
        or received_at > at
    ):
        raise refusal("wrong-shape", detail="channel, or the day it came")
    filled = _checked(kind=kind, details=details, purpose=purpose, changes=changes or {})
    with transaction.atomic():
        row = _make(
            artist_id=artist_id, channel=channel, at=received_at, role=OFFICER, actor_id=officer.pk, **filled
        )
        request_states.move(
            row, to="identity-check", what="identity-asked", at=at, role=OFFICER, actor_id=officer.pk
        )
        tell(row, what="received")
    return row


def _make(
    *,
    artist_id: int,
    channel: str,
    at: datetime,
    role: str,
    actor_id: int,
    kind: str,
    details: str,
    purpose: str,
    changes: dict[str, str],
) -> SubjectRequest:
    row = SubjectRequest.objects.create(
        artist_id=artist_id,
        kind=kind,
        channel=channel,
        details=details,
        purpose=purpose,
        changes=changes,
        received_at=at,
        due_at=first_due(at),
    )
    return request_states.begin(row, at=at, role=role, actor_id=actor_id)


def _checked(*, kind: str, details: str, purpose: str, changes: Mapping[str, str]) -> dict[str, Any]:
    """The columns, tidied; what a kind does not use stays empty."""
    if kind not in Kind.values:
        raise refusal("unknown-right")
    details = details.replace("\r\n", "\n").strip()
    if len(details) > LONGEST_DETAILS or "\x00" in details:
        raise refusal("details-needed")
    wanted = {name: " ".join(changes.get(name, "").split()) for name in CORRECTABLE}
    wanted = {name: value for name, value in wanted.items() if value} if kind == Kind.RECTIFICATION else {}
    if kind == Kind.RECTIFICATION and not wanted:
        raise refusal("nothing-to-correct")
    if kind == Kind.OBJECTION:
        purpose = purpose_of(purpose).code
        if not details:
            raise refusal("details-needed")
    return {
        "kind": kind,
        "details": details,
        "purpose": purpose if kind == Kind.OBJECTION else "",
        "changes": wanted,
    }
