"""Requests of people: the clock, the identity check, two people, refusals, duplicates, and what the artist sees."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from consent import request_states
from consent.deadlines import extended_due, first_due
from consent.errors import Refusal
from consent.models import PersonalCopy, Restriction, SubjectRequest
from consent.purposes import TRAIN_SHARED
from consent.selectors import consent_summary, live_grants
from consent.services import handling
from consent.services.letters import send_letter
from consent.services.requests import enter_request, open_request
from gallery.models import Artist
from tests.consent.desk.seats import seat
from tests.consent.pen import Pen

ANSWER = "We corrected what you asked for."
WHY = "The file is large and must be read twice."


def letter(officer: Artist, artist: Artist, kind: str = "access", **more: Any) -> SubjectRequest:
    now = timezone.now()
    values = {
        "received_at": now - timedelta(days=2),
        "channel": "letter",
        "details": "Please answer.",
        **more,
    }
    return enter_request(officer=officer, artist_id=artist.pk, kind=kind, at=now, **values)


def prepared(officer: Artist, artist: Artist, kind: str = "access", **more: Any) -> SubjectRequest:
    """Checked, taken, and given to a second person by `officer`."""
    row = letter(officer, artist, kind, **more)
    now = timezone.now()
    handling.check_identity(request=row, officer=officer, method="document", at=now)
    handling.take(request=row, officer=officer, at=now)
    return handling.send_to_review(request=row, officer=officer, answer=ANSWER, at=now)


def test_the_table_of_states_is_closed() -> None:
    states = set(request_states.REQUEST)
    assert {to for following in request_states.REQUEST.values() for to in following} < states
    assert states == set(request_states.WORDS)
    assert "done" not in {
        to for came in ("received", "running", "review") for to in request_states.REQUEST[came]
    }


def test_a_letter_goes_through_every_hand(pen: Pen, connie: Artist, dora: Artist, sent_tasks: Any) -> None:
    row = letter(connie, pen.artist, "objection", purpose=TRAIN_SHARED)
    pen.decide()
    assert (row.state, row.due_at) == ("identity-check", first_due(row.received_at))
    with pytest.raises(Refusal, match="identity-first"):
        handling.take(request=row, officer=connie, at=timezone.now())
    handling.check_identity(request=row, officer=connie, method="address", at=timezone.now())
    handling.take(request=row, officer=connie, at=timezone.now())
    handling.send_to_review(request=row, officer=connie, answer=ANSWER, at=timezone.now())
    with pytest.raises(Refusal, match="four-eyes"):
        handling.release(request=row, officer=connie, at=timezone.now())
    handling.send_back(request=row, officer=dora, reason="The answer is too short.", at=timezone.now())
    handling.send_to_review(request=row, officer=connie, answer=ANSWER * 2, at=timezone.now())
    handling.release(request=row, officer=dora, at=timezone.now())
    row.refresh_from_db()
    assert (row.state, row.released_by, row.handled_by) == ("done", dora, connie)
    assert row.closed_at is not None
    stands = consent_summary(artist_id=pen.artist.pk, purpose=TRAIN_SHARED, at=timezone.now())
    assert stands.state == "revoked"
    assert [event.what for event in row.events.all()] == [
        "received",
        "identity-asked",
        "identity-checked",
        "taken",
        "sent-to-review",
        "sent-back",
        "sent-to-review",
        "released",
        "carried-out",
    ]


def test_nobody_handles_her_own_request(connie: Artist, dora: Artist, notices: None) -> None:
    with pytest.raises(Refusal, match="own-request"):
        letter(connie, connie)
    row = letter(dora, connie)
    for act in (
        lambda: handling.check_identity(request=row, officer=connie, method="known", at=timezone.now()),
        lambda: handling.deny(
            request=row, officer=connie, ground="unfounded", reason="x" * 30, at=timezone.now()
        ),
        lambda: handling.extend(request=row, officer=connie, reason=WHY, at=timezone.now()),
    ):
        with pytest.raises(Refusal, match="own-request"):
            act()


def test_the_database_too_wants_two_people(pen: Pen, connie: Artist) -> None:
    from django.db import IntegrityError

    row = prepared(connie, pen.artist)
    with pytest.raises(IntegrityError, match="four_eyes"):
        SubjectRequest.objects.filter(pk=row.pk).update(released_by=connie)


def test_two_officers_at_the_same_time(pen: Pen, connie: Artist, dora: Artist) -> None:
    row = prepared(connie, pen.artist)
    late = SubjectRequest.objects.get(pk=row.pk)
    handling.release(request=row, officer=dora, at=timezone.now())
    with pytest.raises(Refusal, match="moved-on"):
        handling.send_back(request=late, officer=dora, reason=WHY, at=timezone.now())


def test_a_duplicate_neither_locks_out_nor_inherits_the_check(pen: Pen, connie: Artist) -> None:
    """fides GHSA-qx5f-ghc2-7g5c: a second request must not ride on the first one's identity check."""
    first = open_request(artist=pen.artist, kind="erasure", at=timezone.now())
    again = letter(connie, pen.artist, "erasure")
    assert first.identity_at is not None
    assert again.identity_at is None
    with pytest.raises(Refusal, match="identity-first"):
        handling.take(request=again, officer=connie, at=timezone.now())
    for _ in range(9):
        letter(connie, pen.artist, "objection", purpose=TRAIN_SHARED)
    own = open_request(
        artist=pen.artist,
        kind="objection",
        purpose=TRAIN_SHARED,
        details="I do not like it.",
        at=timezone.now(),
    )
    assert own.state == "accepted"


def test_one_account_has_so_many_open_requests_of_a_kind(pen: Pen) -> None:
    for _ in range(3):
        open_request(
            artist=pen.artist, kind="rectification", changes={"display_name": "Al"}, at=timezone.now()
        )
    with pytest.raises(Refusal, match="too-many-open"):
        open_request(
            artist=pen.artist, kind="rectification", changes={"display_name": "Al"}, at=timezone.now()
        )


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"kind": "forgetting"}, "unknown-right"),
        ({"kind": "rectification"}, "nothing-to-correct"),
        ({"kind": "objection", "details": "no"}, "unknown-purpose"),
        ({"kind": "objection", "purpose": TRAIN_SHARED}, "details-needed"),
        ({"kind": "erasure", "details": "x" * 4001}, "details-needed"),
        ({"kind": "erasure", "details": "a\x00b"}, "details-needed"),
    ],
)
def test_what_cannot_be_asked(pen: Pen, fields: Any, code: str) -> None:
    with pytest.raises(Refusal, match=code):
        open_request(artist=pen.artist, at=timezone.now(), **fields)
    assert not SubjectRequest.objects.exists()


def test_extension_once_and_in_time(pen: Pen, connie: Artist) -> None:
    row = letter(connie, pen.artist)
    with pytest.raises(Refusal, match="reason-needed"):
        handling.extend(request=row, officer=connie, reason="long", at=timezone.now())
    handling.extend(request=row, officer=connie, reason=WHY, at=timezone.now())
    assert row.due_at == extended_due(row.received_at)
    with pytest.raises(Refusal, match="already-extended"):
        handling.extend(request=row, officer=connie, reason=WHY, at=timezone.now())
    late = letter(connie, pen.artist)
    with pytest.raises(Refusal, match="too-late-to-extend"):
        handling.extend(request=late, officer=connie, reason=WHY, at=late.due_at + timedelta(seconds=1))


def test_a_refusal_has_a_ground_reasons_and_remedies(pen: Pen, connie: Artist) -> None:
    row = letter(connie, pen.artist)
    for ground, reason in (("because", "x" * 40), ("unfounded", "no")):
        with pytest.raises(Refusal, match="ground-needed"):
            handling.deny(request=row, officer=connie, ground=ground, reason=reason, at=timezone.now())
    reason = "The same was asked twelve times this month."
    handling.deny(request=row, officer=connie, ground="unfounded", reason=reason, at=timezone.now())
    assert send_letter(request=row, what="denied")
    text = mail.outbox[-1].body
    assert reason in text
    assert "12(5)(b)" in text
    assert "Art. 77" in text
    page = seat(pen.artist).get(f"/your-data/requests/{row.pk}").content.decode()
    assert reason in page
    assert connie.email not in page


def test_restriction_stops_the_gates_at_once_and_ends_when_she_says(pen: Pen, sent_tasks: Any) -> None:
    pen.decide()
    me = seat(pen.artist)
    assert me.post("/your-data/ask/restriction").status_code == 302
    assert live_grants(purpose=TRAIN_SHARED, at=timezone.now()) == {}
    assert "Processing of your data is stopped" in me.get("/your-data/").content.decode()
    me.post("/your-data/restriction/lift")
    assert set(live_grants(purpose=TRAIN_SHARED, at=timezone.now())) == {pen.artist.pk}


def test_a_restriction_is_seen_as_of_a_time(pen: Pen) -> None:
    now = timezone.now()
    pen.decide(at=now - timedelta(days=9))
    Restriction.objects.create(
        artist=pen.artist, since=now - timedelta(days=6), until=now - timedelta(days=3)
    )
    granted = [bool(live_grants(purpose=TRAIN_SHARED, at=now - timedelta(days=days))) for days in (8, 5, 2)]
    assert granted == [True, False, True]


def test_taking_back_an_erasure_lets_processing_go_on(pen: Pen) -> None:
    pen.decide()
    me = seat(pen.artist)
    me.post("/your-data/ask/erasure")
    row = SubjectRequest.objects.get()
    assert (row.state, Restriction.objects.get().until) == ("accepted", None)
    me.post("/your-data/restriction/lift")
    assert Restriction.objects.get().until is None, "it belongs to an open request"
    me.post(f"/your-data/requests/{row.pk}/take-back")
    row.refresh_from_db()
    assert row.state == "withdrawn"
    assert live_grants(purpose=TRAIN_SHARED, at=timezone.now())


def test_using_a_right_needs_a_fresh_sign_in(pen: Pen, client: Any) -> None:
    client.force_login(pen.artist)
    answer = client.post("/your-data/ask/erasure")
    assert answer["Location"].startswith("/accounts/reauthenticate/")
    assert not SubjectRequest.objects.exists()


def test_rectification(pen: Pen, connie: Artist, dora: Artist, bob: Artist) -> None:
    row = prepared(
        connie, pen.artist, "rectification", changes={"display_name": "Alicia", "email": "New@Example.org"}
    )
    handling.release(request=row, officer=dora, at=timezone.now())
    pen.artist.refresh_from_db()
    assert (pen.artist.display_name, pen.artist.email) == ("Alicia", "new@example.org")
    clash = prepared(connie, pen.artist, "rectification", changes={"email": bob.email})
    with pytest.raises(Refusal, match="address-taken"):
        handling.release(request=clash, officer=dora, at=timezone.now())
    clash.refresh_from_db()
    assert clash.state == "review"


def test_anothers_request_does_not_exist(pen: Pen, bob: Artist) -> None:
    open_request(artist=pen.artist, kind="access", at=timezone.now())
    row = SubjectRequest.objects.get()
    stranger = seat(bob)
    assert stranger.get(f"/your-data/requests/{row.pk}").status_code == 404
    assert stranger.get(f"/your-data/requests/{row.pk}/copy.zip").status_code == 404
    assert stranger.post(f"/your-data/requests/{row.pk}/take-back").status_code == 404
    assert PersonalCopy.objects.get().artist == pen.artist


def test_the_desk_walks_a_request_through_its_pages(pen: Pen, connie: Artist, dora: Artist) -> None:
    """The whole way in two browsers, as officers do it."""
    one, two = seat(connie), seat(dora)
    url = f"/compliance/people/{pen.artist.handle}/request"
    wrong = one.post(url, {"kind": "access"})
    assert wrong.status_code == 422
    sent = {
        "kind": "restriction",
        "channel": "letter",
        "received_at": "2026-11-20T09:00",
        "details": "Stop, please.",
    }
    page = one.post(url, sent)
    row = SubjectRequest.objects.get()
    assert page["Location"] == f"/compliance/requests/{row.pk}/"
    for browser, step, fields in (
        (one, "identity", {"method": "document"}),
        (one, "take", {}),
        (one, "review", {"answer": ANSWER}),
        (one, "release", {}),
        (two, "release", {}),
    ):
        shown = browser.post(f"/compliance/requests/{row.pk}/{step}", fields, follow=True)
        assert shown.status_code == 200
        if browser is one and step == "release":
            assert "two people must have looked" in shown.content.decode()
    row.refresh_from_db()
    assert row.state == "done"
    assert "Done" in two.get(f"/compliance/requests/{row.pk}/").content.decode()
    assert live_grants(purpose=TRAIN_SHARED, at=timezone.now()) == {}
    assert one.post(f"/compliance/requests/{row.pk}/dance").status_code == 404
