"""Keep the log of personal data breaches (Art. 33, 34) and its clock of seventy-two hours."""

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from consent.deadlines import breach_due
from consent.errors import refusal
from consent.ledger.canonical import canonical_bytes
from consent.ledger.statement import utc_text
from consent.models import Breach, BreachEvent, Entry
from consent.services.ledger import append_entry

ENTRY_EVENTS = {
    "logged": "noted",
    "note": "updated",
    "authority-told": "authority-told",
    "people-told": "artists-told",
    "closed": "closed",
}
NEEDED = ("title", "nature", "data", "consequences", "measures")
LONGEST = 4000


def log_breach(
    *, reporter: AbstractBaseUser, role: str, aware_at: datetime, facts: Mapping[str, Any], at: datetime
) -> Breach:
    """Write down what Art. 33(3) asks for; the clock runs from `aware_at`. Appends a `breach` entry: a commitment to
    the text, so that nobody can say later it was written otherwise. Refuses `breach-incomplete`."""
    texts = {name: _text(facts.get(name, "")) for name in NEEDED}
    if aware_at > at or not all(texts.values()) or facts.get("risk") not in Breach.Risk.values:
        raise refusal("breach-incomplete")
    with transaction.atomic():
        breach = Breach.objects.create(
            **texts,
            aware_at=aware_at,
            people=facts.get("people"),
            records=facts.get("records"),
            risk=facts["risk"],
            reported_by_id=reporter.pk,
            logged_at=at,
        )
        breach.entry = _step(breach, what="logged", note="", role=role, actor=reporter, at=at, texts=texts)
        breach.save(update_fields=["entry"])
    return breach


def tell_authority(
    *,
    breach: Breach,
    officer: AbstractBaseUser,
    role: str,
    told_at: datetime,
    delay_reason: str,
    at: datetime,
) -> Breach:
    """The authority was told at `told_at`. Later than 72 hours needs reasons (Art. 33(1)). Refuses
    `delay-reason-needed`, `wrong-shape` (a time before awareness, or to come), `moved-on`."""
    if not breach.aware_at <= told_at <= at:
        raise refusal("wrong-shape", detail="when the authority was told")
    delay_reason = _text(delay_reason)
    if told_at > breach_due(breach.aware_at) and len(delay_reason) < 10:
        raise refusal("delay-reason-needed")
    with transaction.atomic():
        _swap(breach, "authority_told_at", authority_told_at=told_at, delay_reason=delay_reason)
        _step(breach, what="authority-told", note=delay_reason, role=role, actor=officer, at=at)
    return breach


def tell_people(
    *, breach: Breach, officer: AbstractBaseUser, role: str, told_at: datetime, note: str, at: datetime
) -> Breach:
    """The people concerned were told at `told_at` (Art. 34). Refuses `wrong-shape`, `moved-on`."""
    if not breach.aware_at <= told_at <= at:
        raise refusal("wrong-shape", detail="when the people were told")
    with transaction.atomic():
        _swap(breach, "people_told_at", people_told_at=told_at)
        _step(breach, what="people-told", note=_text(note), role=role, actor=officer, at=at)
    return breach


def add_note(*, breach: Breach, officer: AbstractBaseUser, role: str, note: str, at: datetime) -> BreachEvent:
    """Anything that became known later (Art. 33(4): in phases). Refuses `details-needed`."""
    note = _text(note)
    if not note:
        raise refusal("details-needed")
    with transaction.atomic():
        _step(breach, what="note", note=note, role=role, actor=officer, at=at)
    return breach.events.latest("id")


def close_breach(
    *, breach: Breach, officer: AbstractBaseUser, role: str, not_told_reason: str, at: datetime
) -> Breach:
    """Nothing is left to do. A risk needs the authority told; a high risk needs the people told, or the exception of
    Art. 34(3) in words. Refuses `breach-incomplete`, `not-told-reason-needed`, `moved-on`."""
    not_told_reason = _text(not_told_reason)
    if breach.risk != Breach.Risk.UNLIKELY and breach.authority_told_at is None:
        raise refusal("breach-incomplete", detail="the authority was not told")
    if breach.risk == Breach.Risk.HIGH and breach.people_told_at is None and len(not_told_reason) < 10:
        raise refusal("not-told-reason-needed")
    with transaction.atomic():
        _swap(breach, "closed_at", closed_at=at, not_told_reason=not_told_reason)
        _step(breach, what="closed", note=not_told_reason, role=role, actor=officer, at=at)
    return breach


def _swap(breach: Breach, column: str, **changes: Any) -> None:
    """Set `column` once."""
    still = Breach.objects.filter(pk=breach.pk, closed_at=None).filter(**{column: None})
    if not still.update(**changes):
        raise refusal("moved-on")
    breach.refresh_from_db()


def _step(
    breach: Breach,
    *,
    what: str,
    note: str,
    role: str,
    actor: AbstractBaseUser,
    at: datetime,
    texts: Mapping[str, str] | None = None,
) -> Entry:
    """The event, and an entry that commits to its text by hash; the text itself stays here."""
    sealed = sha256(canonical_bytes({"note": note, **(texts or {})})).hexdigest()
    body = {"breach": str(breach.pk), "event": ENTRY_EVENTS[what], "sealed": sealed}
    if texts:
        body["noticed"] = utc_text(breach.aware_at)
    entry = append_entry(kind="breach", body=body, at=at)
    BreachEvent.objects.create(
        breach=breach,
        at=at,
        what=what,
        role=role,
        actor_id=actor.pk,
        note=note,
        entry=None if texts else entry,
    )
    return entry


def _text(value: object) -> str:
    text = str(value).replace("\r\n", "\n").replace("\x00", "").strip()
    return text[:LONGEST]
