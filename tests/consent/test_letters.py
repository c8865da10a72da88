"""Letters: a receipt after each answer, one reminder before a grant ends, to confirmed addresses only, each once."""

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.utils import timezone

from consent.ledger.verify import check_receipt
from consent.models import Letter, Statement
from consent.queue import MAIL_RECEIPT
from consent.services.statement_letters import REMIND_BEFORE, mail_receipt, mail_reminders
from gallery.models import Artist
from tests.consent.pen import Pen


def receipt(statement: Statement) -> bool:
    return mail_receipt(statement_id=statement.pk, at=timezone.now())


def test_an_answer_asks_the_worker_for_a_letter_once_it_is_committed(
    pen: Pen, sent_tasks: Any, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        granted = pen.decide()
        revoked = pen.revoke()
    assert [task for task in sent_tasks if task[0] == MAIL_RECEIPT] == [
        (MAIL_RECEIPT, (str(granted.pk),)),
        (MAIL_RECEIPT, (str(revoked.pk),)),
    ]


def test_the_letter_says_what_was_said_and_carries_the_receipt(pen: Pen, alice: Artist) -> None:
    assert receipt(pen.decide())
    (letter,) = mail.outbox
    assert letter.to == [alice.email]
    assert letter.subject == "FedArt: you granted “Train the shared adapter”"
    assert "one click, no reason, no key" in letter.body
    assert "&" not in letter.body
    ((name, content, kind),) = letter.attachments
    assert (name[:15], kind) == ("fedart-receipt-", "application/json")
    assert check_receipt(json.loads(content)).holds


@pytest.mark.parametrize(
    ("answer", "words"), [("refuse", "Nothing of yours is used"), ("revoke", "cannot undo")]
)
def test_the_other_answers(pen: Pen, answer: str, words: str) -> None:
    statement = pen.decide()
    statement = pen.decide("refuse") if answer == "refuse" else pen.revoke()
    assert receipt(statement)
    assert words in mail.outbox[0].body


def test_twice_is_once(pen: Pen) -> None:
    statement = pen.decide()
    assert receipt(statement)
    assert not receipt(statement)
    assert len(mail.outbox) == 1


def test_no_letter_to_an_address_that_nobody_confirmed(pen: Pen, alice: Artist) -> None:
    EmailAddress.objects.update(verified=False)
    assert not receipt(pen.decide())
    assert not mail_receipt(statement_id=uuid4(), at=timezone.now())
    assert mail.outbox == []
    assert not Letter.objects.exists()


def test_a_mail_server_that_is_away_is_tried_again(pen: Pen, settings: Any) -> None:
    statement = pen.decide()
    good = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    with pytest.raises(OSError, match="refused"):
        receipt(statement)
    assert not Letter.objects.exists()
    settings.EMAIL_BACKEND = good
    assert receipt(statement)


class TestReminders:
    def ends_in(self, pen: Pen, left: timedelta) -> Statement:
        return pen.decide(at=timezone.now() - timedelta(days=365) + left)

    def test_one_letter_and_a_banner(self, pen: Pen, client: Client, alice: Artist) -> None:
        statement = self.ends_in(pen, timedelta(days=20))
        assert mail_reminders(at=timezone.now()) == 1
        assert mail_reminders(at=timezone.now()) == 0
        (letter,) = mail.outbox
        assert f"{statement.expires_at:%Y}" in letter.subject
        assert letter.attachments == []
        client.force_login(alice)
        assert "This permission ends soon" in client.get("/consent/train/").content.decode()
        assert "Sign again if it is to go on" in client.get("/consent/").content.decode()

    def test_not_too_early_not_after_the_end_not_twice_over(self, pen: Pen) -> None:
        self.ends_in(pen, REMIND_BEFORE + timedelta(days=1))
        assert mail_reminders(at=timezone.now()) == 0
        assert mail_reminders(at=timezone.now() + timedelta(days=200)) == 0
        self.ends_in(pen, timedelta(days=20))
        pen.revoke()
        assert mail_reminders(at=timezone.now()) == 0

    def test_signed_again_it_is_another_grant(self, pen: Pen) -> None:
        self.ends_in(pen, timedelta(days=20))
        assert mail_reminders(at=timezone.now()) == 1
        pen.decide()
        assert mail_reminders(at=timezone.now()) == 0
        assert mail_reminders(at=timezone.now() + timedelta(days=350)) == 1
