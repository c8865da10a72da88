"""What staff do with a request: check who asks, work, have a second person look, refuse, extend."""

from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from consent import request_states
from consent.deadlines import extended_due
from consent.desk_rules import (
    ARTIST,
    DENIAL_GROUNDS,
    IDENTITY_METHODS,
    LONGEST_DETAILS,
    OFFICER,
    SHORTEST_ANSWER,
    SHORTEST_DENIAL,
    is_reason,
    tidy,
)
from consent.errors import refusal
from consent.models import SubjectRequest
from consent.selectors.holds import refuse_while_held
from consent.services.carrying_out import carry_out
from consent.services.letters import tell
from consent.services.restrictions import lift_restriction

Kind = SubjectRequest.Kind


def check_identity(
    *, request: SubjectRequest, officer: AbstractBaseUser, method: str, at: datetime
) -> SubjectRequest:
    """Write down how it was established who asks. Each request has its own check: a duplicate inherits nothing."""
    _not_about(officer, request)
    if method not in IDENTITY_METHODS or method == "signed-in":
        raise refusal("wrong-shape", detail="method")
    return request_states.move(
        request,
        to="accepted",
        what="identity-checked",
        at=at,
        role=OFFICER,
        actor_id=officer.pk,
        note=f"The sender {IDENTITY_METHODS[method]}.",
        identity_at=at,
        identity_method=method,
        identity_by_id=officer.pk,
    )


def take(*, request: SubjectRequest, officer: AbstractBaseUser, at: datetime) -> SubjectRequest:
    """This officer begins to work on it. Refuses `identity-first`, `own-request`."""
    _not_about(officer, request)
    if request.identity_at is None:
        raise refusal("identity-first")
    return request_states.move(
        request,
        to="running",
        what="taken",
        at=at,
        role=OFFICER,
        actor_id=officer.pk,
        handled_by_id=officer.pk,
    )


def send_to_review(
    *, request: SubjectRequest, officer: AbstractBaseUser, answer: str, at: datetime
) -> SubjectRequest:
    """The work is prepared: what will be done and what the artist is told. Refuses `answer-needed`, `legal-hold`."""
    _not_about(officer, request)
    answer = _text(answer, shortest=SHORTEST_ANSWER, code="answer-needed")
    if request.kind == Kind.ERASURE:
        refuse_while_held(artist_id=request.artist_id, at=at)
    return request_states.move(
        request,
        to="review",
        what="sent-to-review",
        at=at,
        role=OFFICER,
        actor_id=officer.pk,
        answer=answer,
        handled_by_id=officer.pk,
    )


def send_back(
    *, request: SubjectRequest, officer: AbstractBaseUser, reason: str, at: datetime
) -> SubjectRequest:
    """The second person wants more work done. Refuses `four-eyes`, `reason-needed`."""
    _second_person(officer, request)
    return request_states.move(
        request,
        to="running",
        what="sent-back",
        at=at,
        role=OFFICER,
        actor_id=officer.pk,
        note=_reason(reason),
    )


def release(*, request: SubjectRequest, officer: AbstractBaseUser, at: datetime) -> SubjectRequest:
    """The second person approves, and it is carried out. Refuses `four-eyes`, `legal-hold`, `own-request`."""
    _second_person(officer, request)
    if request.kind == Kind.ERASURE:
        refuse_while_held(artist_id=request.artist_id, at=at)
    with transaction.atomic():
        request_states.move(
            request,
            to="executing",
            what="released",
            at=at,
            role=OFFICER,
            actor_id=officer.pk,
            released_by_id=officer.pk,
        )
        carry_out(request=request, at=at)
    return request


def deny(
    *, request: SubjectRequest, officer: AbstractBaseUser, ground: str, reason: str, at: datetime
) -> SubjectRequest:
    """Refuse the request, with a ground of the law and the reasons, both told to the artist (Art. 12(4))."""
    _not_about(officer, request)
    if ground not in DENIAL_GROUNDS:
        raise refusal("ground-needed")
    reason = _text(reason, shortest=SHORTEST_DENIAL, code="ground-needed")
    with transaction.atomic():
        request_states.move(
            request,
            to="denied",
            what="denied",
            at=at,
            role=OFFICER,
            actor_id=officer.pk,
            note=f"{DENIAL_GROUNDS[ground]} {reason}",
            denial_ground=ground,
            answer=reason,
        )
        if request.kind == Kind.ERASURE and request.by_herself and request.artist_id:
            lift_restriction(artist_id=request.artist_id, at=at)
        tell(request, what="denied")
    return request


def extend(
    *, request: SubjectRequest, officer: AbstractBaseUser, reason: str, at: datetime
) -> SubjectRequest:
    """Two further months, once, told within the first month (Art. 12(3)). Refuses `already-extended`,
    `too-late-to-extend`, `reason-needed`."""
    _not_about(officer, request)
    reason = _reason(reason)
    if not request.is_open:
        raise refusal("step-not-allowed", detail=f"{request.state}, extended")
    if request.extended_at is not None:
        raise refusal("already-extended")
    if at > request.due_at:
        raise refusal("too-late-to-extend")
    with transaction.atomic():
        request_states.note_step(
            request,
            what="extended",
            at=at,
            role=OFFICER,
            actor_id=officer.pk,
            note=reason,
            extended_at=at,
            extension_reason=reason,
            due_at=extended_due(request.received_at),
        )
        tell(request, what="extended")
    return request


def take_back(*, request: SubjectRequest, artist: AbstractBaseUser, at: datetime) -> SubjectRequest:
    """The artist wants no answer any more; a restriction that came with it ends. Possible until it is approved."""
    with transaction.atomic():
        request_states.move(request, to="withdrawn", what="withdrawn", at=at, role=ARTIST, actor_id=artist.pk)
        if request.kind in (Kind.ERASURE, Kind.RESTRICTION):
            lift_restriction(artist_id=artist.pk, at=at)
    return request


def _not_about(officer: AbstractBaseUser, request: SubjectRequest) -> None:
    if request.artist_id == officer.pk:
        raise refusal("own-request")


def _second_person(officer: AbstractBaseUser, request: SubjectRequest) -> None:
    _not_about(officer, request)
    if request.handled_by_id in (None, officer.pk):
        raise refusal("four-eyes")


def _reason(text: str) -> str:
    text = tidy(text)
    if not is_reason(text):
        raise refusal("reason-needed")
    return text


def _text(text: str, *, shortest: int, code: str) -> str:
    text = text.replace("\r\n", "\n").strip()
    if not shortest <= len(text) <= LONGEST_DETAILS or "\x00" in text:
        raise refusal(code)
    return text
