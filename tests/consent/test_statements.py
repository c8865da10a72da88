"""Signed statements: recorded to the byte, and every wrong one refused without a trace."""

import json
import uuid
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from django.utils import timezone

from consent import services
from consent.errors import Refusal
from consent.ledger.canonical import canonical_bytes, parse_canonical
from consent.ledger.entries import commitment
from consent.models import Draft, Entry, EntryBody, Statement
from consent.purposes import TRAIN_SHARED
from consent.services.drafts import LIFETIME
from gallery.models import Artist
from tests.consent.pen import Pen


def refused(pen: Pen, document: Any, *, code: str, at: Any = None) -> None:
    """Sending this is refused with that code, and nothing at all is changed."""
    before = (
        Statement.objects.count(),
        Entry.objects.count(),
        list(Draft.objects.values_list("used_at", flat=True)),
    )
    with pytest.raises(Refusal) as caught:
        pen.send(document, at=at)
    assert caught.value.code == code
    assert caught.value.why
    assert caught.value.fix
    after = (
        Statement.objects.count(),
        Entry.objects.count(),
        list(Draft.objects.values_list("used_at", flat=True)),
    )
    assert after == before


def test_it_works(pen: Pen) -> None:
    document = pen.sign(pen.draft())
    statement = pen.send(document)
    assert bytes(statement.document) == document
    assert statement.status == "ConsentGiven"
    assert statement.expires_at.year == statement.recorded_at.year + 1
    opening = EntryBody.objects.get(entry=statement.entry)
    assert opening.body is None
    assert commitment(document, salt=bytes(opening.salt)) == bytes(statement.entry.commitment)
    assert Entry.objects.count() == statement.entry_id + 1


def test_the_statement_says_what_was_asked(pen: Pen, terms: Any) -> None:
    document = pen.draft()
    assert document["purpose"] == TRAIN_SHARED
    assert document["terms"] == terms
    assert document["subject"] == pen.artist.consent_subject.urn
    assert document["notice"]["sha256"] == sha256(Draft.objects.get().notice.text.encode()).hexdigest()
    assert document["supersedes"] is None
    assert pen.artist.email not in json.dumps(document)


def test_a_refusal_is_signed_and_recorded_too(pen: Pen) -> None:
    statement = pen.decide("refuse")
    assert (statement.status, statement.expires_at) == ("ConsentRefused", None)


def test_each_decision_names_the_one_before(pen: Pen) -> None:
    first = pen.decide()
    pen.revoke()
    second = pen.draft()
    assert second["supersedes"] != f"urn:uuid:{first.pk}"
    assert second["supersedes"] == f"urn:uuid:{Statement.objects.order_by('-entry')[0].pk}"


def test_refuses_a_replay(pen: Pen) -> None:
    document = pen.sign(pen.draft())
    pen.send(document)
    refused(pen, document, code="draft-used")


def test_refuses_a_replay_after_revoking(pen: Pen) -> None:
    document = pen.sign(pen.draft())
    pen.send(document)
    pen.revoke()
    refused(pen, document, code="draft-used")


def test_refuses_a_draft_of_another_artist(pen: Pen, bob: Artist) -> None:
    thief = Pen(bob).register()
    document = thief.sign(pen.draft())
    refused(thief, document, code="unknown-draft")


def test_refuses_the_statement_of_another_artist(pen: Pen, bob: Artist) -> None:
    refused(Pen(bob).register(), pen.sign(pen.draft()), code="unknown-key")


def test_refuses_a_key_that_is_not_registered(pen: Pen, alice: Artist) -> None:
    refused(pen, Pen(alice).sign(pen.draft()), code="unknown-key")


def test_refuses_another_key_of_the_same_artist(pen: Pen, alice: Artist) -> None:
    other = Pen(alice).register()
    refused(pen, other.sign(pen.draft()), code="draft-changed")


def test_refuses_a_withdrawn_key(pen: Pen, alice: Artist) -> None:
    document = pen.sign(pen.draft())
    services.withdraw_key(artist=alice, key_id=alice.browser_keys.get().pk, at=timezone.now())
    refused(pen, document, code="key-withdrawn")


def test_refuses_an_old_draft(pen: Pen) -> None:
    document = pen.sign(pen.draft())
    refused(pen, document, code="draft-expired", at=timezone.now() + LIFETIME)


def test_refuses_a_nonce_nobody_gave(pen: Pen) -> None:
    refused(pen, pen.sign(pen.draft() | {"nonce": "a" * 26}), code="unknown-draft")


@pytest.mark.parametrize(
    "change",
    [
        {"terms": {"minCohort": 1}},
        {"status": "ConsentRefused"},
        {"id": f"urn:uuid:{uuid.uuid4()}"},
        {"issuedAt": "2026-01-01T00:00:00Z"},
        {"subject": "urn:fedart:artist:" + "b" * 26},
        {"recipients": ["everybody"]},
        {"attestedBy": "server-session"},
    ],
)
def test_refuses_a_changed_draft(pen: Pen, change: Any) -> None:
    refused(pen, pen.sign(pen.draft() | change), code="draft-changed")


def test_refuses_a_withdrawal_through_this_door(pen: Pen) -> None:
    """Status withdrawn is for `revoke`; a draft never says it, so a signed one is a changed draft."""
    refused(pen, pen.sign(pen.draft() | {"status": "ConsentWithdrawn"}), code="draft-changed")


@pytest.mark.parametrize(
    "change",
    [{"more": "x"}, {"terms": "all"}, {"status": "Yes"}, {"terms": {"a": True}}, {"issuedAt": "yesterday"}],
)
def test_refuses_another_shape(pen: Pen, change: Any) -> None:
    refused(pen, pen.sign(pen.draft() | change, created="2026-11-24T05:00:00Z"), code="wrong-shape")


def test_refuses_a_missing_field(pen: Pen) -> None:
    draft = pen.draft()
    del draft["notice"]
    refused(pen, pen.sign(draft), code="wrong-shape")


def test_refuses_an_unknown_purpose(pen: Pen) -> None:
    refused(pen, pen.sign(pen.draft() | {"purpose": "fa:Everything"}), code="unknown-purpose")


def test_refuses_a_forged_signature(pen: Pen) -> None:
    secured = parse_canonical(pen.sign(pen.draft()))
    other = parse_canonical(pen.sign(pen.draft()))
    secured["proof"]["proofValue"] = other["proof"]["proofValue"]
    refused(pen, canonical_bytes(secured), code="bad-signature")


def test_refuses_a_missing_proof(pen: Pen) -> None:
    refused(pen, canonical_bytes(pen.draft()), code="bad-proof")


def test_refuses_the_same_json_in_other_bytes(pen: Pen) -> None:
    secured = parse_canonical(pen.sign(pen.draft()))
    refused(pen, json.dumps(secured).encode(), code="not-canonical")


def test_refuses_a_name_that_appears_twice(pen: Pen) -> None:
    document = pen.sign(pen.draft())
    refused(pen, document[:-1] + b',"purpose":"fa:TrainSharedAdapter"}', code="duplicate-key")


def test_refuses_too_much_before_reading_it(pen: Pen) -> None:
    refused(pen, b"{" + b" " * 20_000, code="too-large")


@pytest.mark.parametrize("minutes", [-6, 6])
def test_refuses_a_clock_that_is_off(pen: Pen, minutes: Any) -> None:
    created = (timezone.now() + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")
    refused(pen, pen.sign(pen.draft(), created=created), code="clock-skew")


def test_takes_a_clock_that_is_a_little_off(pen: Pen) -> None:
    created = (timezone.now() - timedelta(minutes=4)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert pen.send(pen.sign(pen.draft(), created=created)).status == "ConsentGiven"


def test_refuses_when_the_text_was_replaced_meanwhile(pen: Pen) -> None:
    document = pen.sign(pen.draft())
    services.install_notice(
        name="train-shared", version="1.1", language="en", text="# New\n", at=timezone.now()
    )
    refused(pen, document, code="notice-changed")


def test_refuses_when_the_terms_changed_meanwhile(pen: Pen, terms: Any) -> None:
    document = pen.sign(pen.draft())
    terms["minCohort"] = 2
    refused(pen, document, code="terms-changed")


def test_refuses_a_grant_that_was_drafted_before_a_later_decision(pen: Pen) -> None:
    """The later word wins even if somebody holds an earlier signature back."""
    early = pen.sign(pen.draft())
    pen.decide("refuse")
    refused(pen, early, code="superseded")
