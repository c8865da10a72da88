"""Drafts and keys: who may have one, how many, and for how long."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from consent import services
from consent.errors import Refusal
from consent.models import Draft, Entry
from consent.purposes import TRAIN_SHARED
from consent.services.drafts import MAX_OPEN_DRAFTS
from consent.services.keys import MAX_LIVE_KEYS
from gallery.models import Artist
from tests.consent.pen import Pen


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
