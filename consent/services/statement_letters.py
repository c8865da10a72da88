"""E-mails about statements: the receipt after each, one reminder before a grant ends. Each is sent once."""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.db.models import Exists
from django.template.loader import render_to_string

from consent.models import Letter, Statement
from consent.purposes import PURPOSES, Purpose
from consent.selectors.addresses import verified_address
from consent.selectors.grants import standing_of
from consent.selectors.in_force import later_than
from consent.services.receipt_files import receipt_file

REMIND_BEFORE = timedelta(days=30)
MAX_REMINDERS = 500  # a run; the next one goes on


def mail_receipt(*, statement_id: UUID, at: datetime) -> bool:
    """Mail what was said and the receipt to keep; True if a letter was sent now. Without a confirmed address nothing is
    sent: the page offers every receipt anyway."""
    statement = Statement.objects.select_related("notice").filter(pk=statement_id).first()
    if statement is None:
        return False
    return _send(statement, Letter.Kind.RECEIPT, at=at)


def mail_reminders(*, at: datetime) -> int:
    """One letter for each grant that ends within thirty days and is still the last word; returns how many."""
    ending = (
        Statement.objects.filter(
            status=Statement.Status.GIVEN, expires_at__gt=at, expires_at__lte=at + REMIND_BEFORE
        )
        .exclude(letters__kind=Letter.Kind.REMINDER)
        .filter(~Exists(later_than(at)))
        .select_related("notice")
        .order_by("expires_at", "entry")[:MAX_REMINDERS]
    )
    granted = [one for one in ending if standing_of(one, purpose=one.purpose, at=at).in_force]
    return sum(_send(statement, Letter.Kind.REMINDER, at=at) for statement in granted)


def _send(statement: Statement, kind: Letter.Kind, *, at: datetime) -> bool:
    """The row and the letter in one transaction: a second run finds the row; a mail server that fails takes it back."""
    address = verified_address(statement.artist_id)
    if address is None:
        return False
    try:
        with transaction.atomic():
            Letter.objects.create(statement=statement, kind=kind, sent_at=at)
            _letter(statement, kind, address, at=at).send()
    except IntegrityError:
        return False
    return True


def _letter(statement: Statement, kind: Letter.Kind, address: str, *, at: datetime) -> EmailMessage:
    purpose = PURPOSES[statement.purpose]
    context = {
        "statement": statement,
        "purpose": purpose,
        "page": _page(purpose),
        "said": statement.get_status_display(),
    }
    subject = render_to_string(f"consent/email/{kind}_subject.txt", context).strip()
    letter = EmailMessage(subject, render_to_string(f"consent/email/{kind}.txt", context), to=[address])
    if kind == Letter.Kind.RECEIPT:
        name, data, mime = receipt_file(artist_id=statement.artist_id, statement_id=statement.pk, at=at)
        letter.attach(name, data, mime)
    return letter


def _page(purpose: Purpose) -> str:
    return f"{settings.PUBLIC_ORIGIN}/consent/{purpose.slug}/"
