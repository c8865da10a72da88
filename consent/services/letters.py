"""Tell a person by e-mail where her request stands. The letter says what happened, never what data there is."""

from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string

from consent.deadlines import first_due
from consent.desk_rules import DENIAL_GROUNDS, REMEDIES
from consent.models import SubjectRequest
from consent.queue import queue_letter

SUBJECTS = {
    "received": "we received your request",
    "extended": "the answer to your request takes longer",
    "denied": "your request was refused",
    "carried-out": "your request was carried out",
    "copy-ready": "the copy of your data is ready",
}


def tell(request: SubjectRequest, *, what: str) -> None:
    """Have a letter sent once the transaction is committed. `what` is one of SUBJECTS."""
    if request.artist_id is not None:
        queue_letter(request.pk, what)


def send_letter(*, request: SubjectRequest, what: str) -> bool:
    """Write and send the letter; False where the person has no account (any more)."""
    artist = get_user_model().objects.filter(pk=request.artist_id).first() if request.artist_id else None
    if artist is None:
        return False
    send_to(address=artist.email, request=request, what=what)
    return True


def send_to(*, address: str, request: SubjectRequest, what: str, **more: Any) -> None:
    """The letter to an address that may already be erased everywhere else."""
    context = {
        "request": request,
        "what": what,
        "answer": request.answer,
        "ground": DENIAL_GROUNDS.get(request.denial_ground, ""),
        "remedies": REMEDIES,
        "first_due": first_due(request.received_at),
        "origin": settings.PUBLIC_ORIGIN,
        "controller": settings.CONTROLLER,
        **more,
    }
    text = render_to_string("compliance/letters/request.txt", context)
    send_mail(f"FedArt: {SUBJECTS[what]} ({request.reference})", text, None, [address])


def tell_erased(*, address: str, request: SubjectRequest, report: dict[str, Any]) -> None:
    """The last letter, after commit: the address is nowhere any more but in this call."""
    transaction.on_commit(
        lambda: send_to(address=address, request=request, what="carried-out", report=report), robust=True
    )
