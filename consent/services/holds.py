"""Ask for a legal hold, decide it, ask to lift it, lift it: each second step is another person's."""

from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from consent.desk_rules import HOLD_BASES, OFFICER, is_reason, tidy
from consent.errors import refusal
from consent.models import LegalHold
from consent.services.ledger import append_entry

State = LegalHold.State


def ask_hold(
    *, artist_id: int, officer: AbstractBaseUser, basis: str, reason: str, at: datetime
) -> LegalHold:
    """Ask that nothing of this person be erased. Blocks at once, for 72 hours, until a second person decides.

    Refuses `reason-needed`, `hold-exists`, `own-request`."""
    reason = tidy(reason)
    if basis not in HOLD_BASES or not is_reason(reason):
        raise refusal("reason-needed")
    if officer.pk == artist_id:
        raise refusal("own-request")
    open_states = (State.ASKED, State.STANDS, State.LIFT_ASKED)
    if LegalHold.objects.filter(artist_id=artist_id, state__in=open_states).exists():
        raise refusal("hold-exists")
    return LegalHold.objects.create(
        artist_id=artist_id, basis=basis, reason=reason, asked_by_id=officer.pk, asked_at=at
    )


def decide_hold(*, hold: LegalHold, officer: AbstractBaseUser, approve: bool, at: datetime) -> LegalHold:
    """A second person puts the hold in force, or refuses it. Refuses `four-eyes`, `moved-on`."""
    if hold.asked_by_id == officer.pk:
        raise refusal("four-eyes")
    with transaction.atomic():
        to = State.STANDS if approve else State.REFUSED
        _swap(hold, State.ASKED, state=to, decided_by_id=officer.pk, decided_at=at)
        if approve:
            hold.entry = append_entry(
                kind="hold",
                body={"hold": str(hold.pk), "basis": hold.basis, "event": "placed", "role": OFFICER},
                at=at,
            )
            hold.save(update_fields=["entry"])
    return hold


def ask_lift(*, hold: LegalHold, officer: AbstractBaseUser, reason: str, at: datetime) -> LegalHold:
    """Ask that the hold be lifted; it stands until a second person agrees. Refuses `reason-needed`, `moved-on`."""
    reason = tidy(reason)
    if not is_reason(reason):
        raise refusal("reason-needed")
    _swap(hold, State.STANDS, state=State.LIFT_ASKED, lift_asked_by_id=officer.pk, lift_reason=reason)
    return hold


def decide_lift(*, hold: LegalHold, officer: AbstractBaseUser, approve: bool, at: datetime) -> LegalHold:
    """A second person lifts the hold, or leaves it standing. Refuses `four-eyes`, `moved-on`."""
    if hold.lift_asked_by_id == officer.pk:
        raise refusal("four-eyes")
    with transaction.atomic():
        if not approve:
            _swap(hold, State.LIFT_ASKED, state=State.STANDS, lift_asked_by_id=None, lift_reason="")
            return hold
        _swap(hold, State.LIFT_ASKED, state=State.LIFTED, lifted_by_id=officer.pk, lifted_at=at)
        append_entry(kind="hold", body={"hold": str(hold.pk), "event": "lifted", "role": OFFICER}, at=at)
    return hold


def _swap(hold: LegalHold, came_from: str, **changes: object) -> None:
    if not LegalHold.objects.filter(pk=hold.pk, state=came_from).update(**changes):
        raise refusal("moved-on")
    hold.refresh_from_db()
