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
from consent.models import Draft, Entry, EntryBody, LedgerHead, Statement
from consent.purposes import TRAIN_SHARED
from consent.services.drafts import LIFETIME, MAX_OPEN_DRAFTS
from consent.services.keys import MAX_LIVE_KEYS
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
    assert LedgerHead.objects.get().size == statement.entry_id + 1


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


def test_no_draft_without_terms(pen: Pen, terms: Any) -> None:
    terms.clear()
    with pytest.raises(Refusal, match="terms-missing"):
        pen.draft()


def test_no_draft_where_the_source_of_terms_is_missing(pen: Pen, settings: Any) -> None:
    settings.CONSENT_TERMS_SOURCE = "nowhere.terms"
    with pytest.raises(Refusal, match="terms-missing"):
        pen.draft()


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("purpose", "fa:Everything", "unknown-purpose"),
        ("decision", "maybe", "unknown-decision"),
        ("decision", "revoke", "unknown-decision"),
        ("key", "z6Mk", "bad-key"),
    ],
)
def test_no_draft_for_nonsense(pen: Pen, field: str, value: Any, code: str) -> None:
    asked = {"purpose": TRAIN_SHARED, "decision": "grant", "key": pen.key} | {field: value}
    with pytest.raises(Refusal) as caught:
        services.make_draft(artist=pen.artist, at=timezone.now(), **asked)
    assert caught.value.code == code


def test_no_draft_with_the_key_of_another(pen: Pen, bob: Artist) -> None:
    Pen(bob).register()
    with pytest.raises(Refusal, match="unknown-key"):
        services.make_draft(
            artist=bob, purpose=TRAIN_SHARED, decision="grant", key=pen.key, at=timezone.now()
        )


def test_drafts_are_limited_and_old_ones_tidied(pen: Pen) -> None:
    for _ in range(MAX_OPEN_DRAFTS):
        pen.draft()
    with pytest.raises(Refusal) as caught:
        pen.draft()
    assert (caught.value.code, caught.value.status) == ("too-many-drafts", 429)
    pen.draft(at=timezone.now() + timedelta(days=2))
    assert Draft.objects.count() == 1


def test_registering_a_key_twice_is_one_key(pen: Pen, alice: Artist) -> None:
    again, made = services.register_key(
        artist=alice, public_key=f"did:key:{pen.key}", label="", at=timezone.now()
    )
    assert not made
    assert alice.browser_keys.get() == again
    assert Entry.objects.filter(kind="key").count() == 1


def test_refuses_the_key_of_another_account(pen: Pen, bob: Artist) -> None:
    with pytest.raises(Refusal, match="key-taken"):
        services.register_key(artist=bob, public_key=pen.key, label="", at=timezone.now())


def test_refuses_to_register_a_withdrawn_key_again(pen: Pen, alice: Artist) -> None:
    key = alice.browser_keys.get()
    services.withdraw_key(artist=alice, key_id=key.pk, at=timezone.now())
    services.withdraw_key(artist=alice, key_id=key.pk, at=timezone.now())
    assert Entry.objects.filter(kind="key").count() == 2
    with pytest.raises(Refusal, match="key-withdrawn"):
        services.register_key(artist=alice, public_key=pen.key, label="", at=timezone.now())


def test_refuses_to_withdraw_the_key_of_another(pen: Pen, bob: Artist) -> None:
    with pytest.raises(Refusal, match="unknown-key"):
        services.withdraw_key(artist=bob, key_id=pen.artist.browser_keys.get().pk, at=timezone.now())


@pytest.mark.parametrize("label", ["x" * 81, "a\x00b", "a\nb"])
def test_refuses_an_odd_label(alice: Artist, terms: Any, notices: Any, label: Any) -> None:
    with pytest.raises(Refusal, match="wrong-shape"):
        services.register_key(artist=alice, public_key=Pen(alice).key, label=label, at=timezone.now())


def test_keys_are_limited(alice: Artist, terms: Any, notices: Any) -> None:
    for _ in range(MAX_LIVE_KEYS):
        Pen(alice).register()
    with pytest.raises(Refusal, match="too-many-keys"):
        Pen(alice).register()


def test_old_statements_stay_valid_when_their_key_is_withdrawn(pen: Pen, alice: Artist) -> None:
    statement = pen.decide()
    services.withdraw_key(artist=alice, key_id=alice.browser_keys.get().pk, at=timezone.now())
    from consent.selectors import live_grant

    grant = live_grant(artist_id=alice.pk, purpose=TRAIN_SHARED, at=timezone.now())
    assert grant is not None
    assert grant.statement_id == statement.pk
