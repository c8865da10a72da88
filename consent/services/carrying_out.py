"""Carry out what two people, or the artist alone where that is enough, have decided on a request."""

from datetime import datetime

from django.contrib.auth import get_user_model

from consent import request_states
from consent.desk_rules import MACHINE
from consent.holdings.registry import correct
from consent.models import SubjectRequest
from consent.queue import queue_erasure
from consent.services.copies import ask_for_copy
from consent.services.letters import tell
from consent.services.restrictions import restrict
from consent.services.statements import revoke

Kind = SubjectRequest.Kind


def carry_out(*, request: SubjectRequest, at: datetime) -> None:
    """Do it now, or queue the worker's part: copies and erasures take a while. The request is `executing`."""
    assert request.artist_id is not None
    if request.kind in (Kind.ACCESS, Kind.PORTABILITY):
        ask_for_copy(request=request, at=at)
        return
    if request.kind == Kind.ERASURE:
        queue_erasure(request.pk)
        return
    if request.kind == Kind.RECTIFICATION:
        changed = correct(artist_id=request.artist_id, changes=request.changes)
        note = f"Corrected: {', '.join(changed)}."
    elif request.kind == Kind.RESTRICTION:
        restrict(artist_id=request.artist_id, request=request, at=at)
        note = "Nothing of the artist's data is processed any more; nothing was deleted."
    else:
        artist = get_user_model().objects.get(pk=request.artist_id)
        revoke(artist=artist, purpose=request.purpose, at=at)
        note = f"Processing for {request.purpose} has stopped."
    finish(request=request, note=note, at=at)


def finish(*, request: SubjectRequest, note: str, at: datetime, told: bool = False) -> None:
    """It is done: the last event, and a letter unless one was sent otherwise."""
    request_states.move(request, to="done", what="carried-out", at=at, role=MACHINE, actor_id=None, note=note)
    if not told:
        tell(request, what="carried-out")
