"""What the gates are told: grants in force at a time, for one artist and for many."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from consent import services
from consent.errors import Refusal
from consent.ledger.canonical import parse_canonical
from consent.models import Entry, Statement
from consent.purposes import TRAIN_SHARED
from consent.selectors import consent_summary, live_grant, live_grants
from gallery.models import Artist
from tests.consent.pen import Pen


def grant_of(artist: Artist, *, at: Any = None) -> Any:
    return live_grant(artist_id=artist.pk, purpose=TRAIN_SHARED, at=at or timezone.now())


def test_it_works(pen: Pen, alice: Artist, terms: Any) -> None:
    statement = pen.decide()
    grant = grant_of(alice)
    assert grant.statement_id == statement.pk
    assert grant.artist_id == alice.pk
    assert dict(grant.terms) == terms
    assert grant.entry_index == statement.entry_id
    assert grant.expires_at > grant.granted_at


def test_without_an_answer_there_is_no_grant(pen: Pen, alice: Artist) -> None:
    assert grant_of(alice) is None
    assert consent_summary(artist_id=alice.pk, purpose=TRAIN_SHARED, at=timezone.now()).state == "not-asked"


def test_a_stranger_has_no_grant(pen: Pen, charlie: Artist) -> None:
    pen.decide()
    assert grant_of(charlie) is None


def test_revoking_ends_it_at_once_and_the_past_stays_true(pen: Pen, alice: Artist) -> None:
    granted = pen.decide()
    revoked = pen.revoke()
    assert grant_of(alice) is None
    assert grant_of(alice, at=revoked.recorded_at - timedelta(microseconds=1)).statement_id == granted.pk
    assert grant_of(alice, at=granted.recorded_at - timedelta(microseconds=1)) is None


def test_revoking_needs_no_key(pen: Pen, alice: Artist) -> None:
    pen.decide()
    services.withdraw_key(artist=alice, key_id=alice.browser_keys.get().pk, at=timezone.now())
    revoked = pen.revoke()
    document = parse_canonical(bytes(revoked.document))
    assert "proof" not in document
    assert document["attestedBy"] == "server-session"
    assert document["status"] == "ConsentWithdrawn"


def test_revoking_twice_writes_once(pen: Pen) -> None:
    granted = pen.decide()
    first = pen.revoke()
    size = Entry.objects.count()
    assert pen.revoke().pk == first.pk
    assert Entry.objects.count() == size
    assert parse_canonical(bytes(first.document))["supersedes"] == f"urn:uuid:{granted.pk}"


def test_revoking_what_was_never_granted_writes_nothing(pen: Pen, bob: Artist) -> None:
    assert Pen(bob).revoke() is None
    pen.decide("refuse")
    assert pen.revoke().status == "ConsentRefused"
    assert Statement.objects.count() == 1


def test_revoking_an_unknown_purpose_is_refused(alice: Artist, db: Any) -> None:
    with pytest.raises(Refusal, match="unknown-purpose"):
        services.revoke(artist=alice, purpose="fa:Everything", at=timezone.now())


def test_an_expired_grant_can_still_be_revoked(pen: Pen, alice: Artist) -> None:
    pen.decide(at=timezone.now() - timedelta(days=400))
    assert grant_of(alice) is None
    assert pen.revoke().status == "ConsentWithdrawn"


def test_a_refusal_after_a_grant_ends_it(pen: Pen, alice: Artist) -> None:
    pen.decide()
    pen.decide("refuse")
    assert grant_of(alice) is None


def test_it_can_be_granted_again(pen: Pen, alice: Artist) -> None:
    pen.decide()
    pen.revoke()
    again = pen.decide()
    assert grant_of(alice).statement_id == again.pk


def test_a_grant_expires(pen: Pen, alice: Artist) -> None:
    statement = pen.decide()
    assert grant_of(alice, at=statement.expires_at - timedelta(seconds=1)) is not None
    assert grant_of(alice, at=statement.expires_at) is None
    stands = consent_summary(artist_id=alice.pk, purpose=TRAIN_SHARED, at=statement.expires_at)
    assert stands.state == "expired"


def test_a_new_major_text_asks_again_and_a_minor_one_does_not(pen: Pen, alice: Artist) -> None:
    pen.decide()
    services.install_notice(
        name="train-shared", version="1.1", language="en", text="# A\n", at=timezone.now()
    )
    assert grant_of(alice) is not None
    services.install_notice(
        name="train-shared", version="2.0", language="en", text="# B\n", at=timezone.now()
    )
    assert grant_of(alice) is None
    stands = consent_summary(artist_id=alice.pk, purpose=TRAIN_SHARED, at=timezone.now())
    assert stands.state == "ask-again"
    assert pen.decide().notice.version == "2.0"
    assert grant_of(alice) is not None


def test_many_artists_in_two_queries(
    pen: Pen, alice: Artist, bob: Artist, charlie: Artist, django_assert_num_queries: Any
) -> None:
    pen.decide()
    other = Pen(bob).register()
    other.decide()
    other.revoke()
    third = Pen(charlie).register()
    third.decide()
    with django_assert_num_queries(2):
        grants = live_grants(purpose=TRAIN_SHARED, at=timezone.now())
    assert set(grants) == {alice.pk, charlie.pk}
    some = live_grants(purpose=TRAIN_SHARED, at=timezone.now(), artist_ids=[alice.pk, bob.pk])
    assert set(some) == {alice.pk}
    assert live_grants(purpose=TRAIN_SHARED, at=timezone.now(), artist_ids=[]) == {}


def test_a_text_of_one_version_never_changes(notices: Any) -> None:
    with pytest.raises(ValueError, match="new version"):
        services.install_notice(
            name="train-shared", version="1.0", language="en", text="# Other\n", at=timezone.now()
        )


def test_a_yes_to_some_terms_is_no_yes_to_others(pen: Pen, alice: Artist, terms: Any) -> None:
    pen.decide()
    now = timezone.now()
    asked = {"purpose": TRAIN_SHARED, "at": now, "artist_id": alice.pk}
    assert live_grant(**asked, terms=dict(terms)) is not None
    assert live_grant(**asked, terms={**terms, "minCohort": 2}) is None
    assert live_grant(**asked, terms={**terms, "base": "sha256:" + "cd" * 32}) is None
