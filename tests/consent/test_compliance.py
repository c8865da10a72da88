"""The compliance officer's work: find, look, export; and every look is written down."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from consent import services
from consent.models import AccessLog, ConsentExport, Statement
from consent.policy import standing
from consent.purposes import TRAIN_SHARED
from consent.selectors import live_grants
from consent.selectors.grants import as_decision
from consent.selectors.records import RecordFilter, page_of, records
from gallery.models import Artist
from tests.consent.desk.hands import REASON, made, rows_of
from tests.consent.pen import Pen


def test_the_list(desk: Any, pen: Pen, alice: Artist) -> None:
    statement = pen.decide()
    page = desk.get("/compliance/records/").content.decode()
    assert alice.email in page
    assert alice.consent_subject.urn in page
    assert "1 statement" in page
    look = AccessLog.objects.get()
    assert (look.artist, look.role, look.what) == (alice, "compliance officer", "list")
    record = desk.get(f"/compliance/records/{statement.pk}").content.decode()
    assert "It holds" in record
    assert AccessLog.objects.filter(what="record").count() == 1


def test_an_empty_list(desk: Any, notices: Any) -> None:
    assert "No statement fits" in desk.get("/compliance/records/").content.decode()
    assert not AccessLog.objects.exists()


@pytest.mark.parametrize(
    "path", ["/compliance/records/", "/compliance/exports/{id}", "/compliance/exports/{id}/file"]
)
def test_only_compliance_officers_come_in(
    client: Client, pen: Pen, connie: Artist, olga: Artist, mo: Artist, path: str
) -> None:
    pen.decide()
    export = services.exports.request_export(
        officer=connie, format="csv", reason=REASON, chosen=RecordFilter(), at=timezone.now()
    )
    path = path.format(id=export.pk)
    assert client.get(path)["Location"].startswith("/accounts/login/")
    root = type(mo).objects.create_superuser("root@example.org", "x")
    for person in (pen.artist, olga, mo, root):
        client.force_login(person)
        assert client.get(path).status_code == 403
    assert not AccessLog.objects.exists()


def test_the_artist_sees_who_looked_and_not_the_name(client: Client, pen: Pen, connie: Artist) -> None:
    pen.decide()
    client.force_login(connie)
    made(client)
    client.force_login(pen.artist)
    page = client.get("/consent/").content.decode()
    assert "A compliance officer made a file with your records in it" in page
    assert REASON in page
    assert connie.email not in page
    assert connie.display_name not in page


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({}, 4),
        ({"artist": "alice@"}, 3),
        ({"artist": "nobody"}, 0),
        ({"artist": "subject"}, 3),
        ({"purpose": TRAIN_SHARED}, 4),
        ({"status": "ConsentWithdrawn"}, 1),
        ({"status": "in-force"}, 1),
        ({"status": "in-force", "as_of": "-25"}, 2),
        ({"as_of": "-15"}, 3),
        ({"since": "-35", "until": "-15"}, 2),
        ({"as_of": "-99"}, 0),
    ],
)
def test_filters(desk: Any, pen: Pen, bob: Artist, query: Any, count: Any) -> None:
    """Alice: granted 40 days ago, revoked 20 days ago, refused today; Bob: granted 30 days ago."""
    now = timezone.now()
    other = Pen(bob).register(at=now - timedelta(days=50))
    pen.decide(at=now - timedelta(days=40))
    other.decide(at=now - timedelta(days=30))
    pen.revoke(at=now - timedelta(days=20))
    pen.decide("refuse")
    asked = {}
    for name, value in query.items():
        days = value.lstrip("-")
        asked[name] = (
            (now - timedelta(days=int(days))).strftime("%Y-%m-%dT%H:%M") if value.startswith("-") else value
        )
    if asked.get("artist") == "subject":
        asked["artist"] = pen.artist.consent_subject.urn
    page = desk.get("/compliance/records/", asked).content.decode()
    assert f"{count} statement{'' if count == 1 else 's'}" in page
    assert len(rows_of(made(desk, **asked)[0])) == count


@pytest.mark.parametrize(
    "query",
    [
        {"since": "yesterday"},
        {"as_of": "2026-99-99"},
        {"status": "everything"},
        {"purpose": "x"},
        {"artist": "x" * 300},
        {"since": "2026-11-24T05:00", "until": "2026-11-23T05:00"},
    ],
)
def test_filters_that_cannot_be_read(desk: Any, pen: Pen, query: Any) -> None:
    pen.decide()
    answer = desk.get("/compliance/records/", query)
    assert answer.status_code == 400
    assert "errorlist" in answer.content.decode()
    assert not AccessLog.objects.exists()
    refused = desk.post("/compliance/exports", {"format": "csv", "reason": REASON, **query})
    assert refused.status_code == 400
    assert not ConsentExport.objects.exists()


@pytest.mark.parametrize("before", ["x", "-1", "9" * 40, "1.5"])
def test_a_page_that_cannot_be_read(desk: Any, notices: Any, before: Any) -> None:
    assert desk.get("/compliance/records/", {"before": before}).status_code == 400


def test_paging_is_steady_while_statements_are_added(pen: Pen) -> None:
    for _ in range(3):
        pen.decide("refuse")
    now = timezone.now()
    first, following = page_of(records(RecordFilter(), now=now), before=None, size=2)
    pen.decide("refuse")
    second, end = page_of(records(RecordFilter(), now=now), before=following, size=2)
    seen = [row.entry_id for row in first + second]
    assert seen == sorted(seen, reverse=True)
    assert len(set(seen)) == 3
    assert end is None


def test_in_force_says_the_same_in_sql_as_in_the_policy(pen: Pen, bob: Artist, charlie: Artist) -> None:
    """The filter of the list and the gates must never disagree, at any time."""
    now = timezone.now()
    others = [Pen(artist).register() for artist in (bob, charlie)]
    for days, act in [(500, "grant"), (300, "refuse"), (290, "grant"), (100, "revoke"), (20, "grant")]:
        at = now - timedelta(days=days)
        pen.revoke(at=at) if act == "revoke" else pen.decide(act, at=at)
    others[0].decide(at=now - timedelta(days=360))
    others[1].decide("refuse", at=now - timedelta(days=5))
    services.install_notice(
        name="train-shared", version="2.0", language="en", text="# B\n", at=now - timedelta(days=10)
    )
    others[0].decide(at=now - timedelta(days=2))
    for days in range(0, 520, 9):
        at = now - timedelta(days=days)
        by_sql = set(records(RecordFilter(as_of=at, status="in-force"), now=now).values_list("pk", flat=True))
        by_gate = {grant.statement_id for grant in live_grants(purpose=TRAIN_SHARED, at=at).values()}
        assert by_sql == by_gate, days
        for artist in (pen.artist, bob, charlie):
            said = Statement.objects.filter(artist=artist).select_related("notice")
            stands = standing(map(as_decision, said), at=at, current_major=2 if days <= 10 else 1)
            assert stands.in_force == (artist.pk in live_grants(purpose=TRAIN_SHARED, at=at))
