"""The compliance officer's work: find, look, export; and every look is written down."""

import csv
import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.storage import storages
from django.test import Client
from django.utils import timezone

from consent import services
from consent.export_formats import COLUMNS
from consent.ledger.verify import check_receipt
from consent.models import AccessLog, ConsentExport, Entry, Statement
from consent.policy import standing
from consent.purposes import TRAIN_SHARED
from consent.selectors import live_grants
from consent.selectors.grants import as_decision
from consent.selectors.records import RecordFilter, page_of, records
from consent.services.exports import LIFETIME, build_export, remove_expired_exports
from gallery.models import Artist
from tests.consent.pen import Pen

REASON = "Question of the authority, file 12"


@pytest.fixture
def desk(client: Client, connie: Artist) -> Any:
    """Connie's session."""
    client.force_login(connie)
    return client


def ask(desk: Any, **fields: Any) -> Any:
    return desk.post("/compliance/exports", {"format": "csv", "reason": REASON, **fields}, follow=True)


def made(desk: Any, **fields: Any) -> Any:
    """An export, asked for through the door and built as the worker would."""
    answer = ask(desk, **fields)
    assert answer.status_code == 200, answer.content.decode()
    export = ConsentExport.objects.order_by("-asked_at")[0]
    assert build_export(export_id=export.pk, at=timezone.now()) is not None
    return b"".join(desk.get(f"/compliance/exports/{export.pk}/file").streaming_content), export


def rows_of(data: Any) -> Any:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


def test_the_list(desk: Any, pen: Pen, alice: Artist) -> None:
    statement = pen.decide()
    page = desk.get("/compliance/").content.decode()
    assert alice.email in page
    assert alice.consent_subject.urn in page
    assert "1 statement" in page
    look = AccessLog.objects.get()
    assert (look.artist, look.role, look.what) == (alice, "compliance officer", "list")
    record = desk.get(f"/compliance/records/{statement.pk}").content.decode()
    assert "It holds" in record
    assert AccessLog.objects.filter(what="record").count() == 1


def test_an_empty_list(desk: Any, notices: Any) -> None:
    assert "No statement fits" in desk.get("/compliance/").content.decode()
    assert not AccessLog.objects.exists()


@pytest.mark.parametrize(
    "path", ["/compliance/", "/compliance/exports/{id}", "/compliance/exports/{id}/file"]
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
    page = desk.get("/compliance/", asked).content.decode()
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
    answer = desk.get("/compliance/", query)
    assert answer.status_code == 400
    assert "errorlist" in answer.content.decode()
    assert not AccessLog.objects.exists()
    refused = desk.post("/compliance/exports", {"format": "csv", "reason": REASON, **query})
    assert refused.status_code == 400
    assert not ConsentExport.objects.exists()


@pytest.mark.parametrize("before", ["x", "-1", "9" * 40, "1.5"])
def test_a_page_that_cannot_be_read(desk: Any, notices: Any, before: Any) -> None:
    assert desk.get("/compliance/", {"before": before}).status_code == 400


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


def test_csv(desk: Any, pen: Pen, alice: Artist, sent_tasks: list[Any]) -> None:
    statement = pen.decide()
    data, export = made(desk)
    assert sent_tasks == [("exports.build", (str(export.pk),))] or not sent_tasks
    assert data.startswith("﻿".encode())
    assert b"\r\n" in data
    (row,) = rows_of(data)
    assert tuple(row) == COLUMNS
    assert row["email"] == alice.email
    assert row["in_force"] == "yes"
    assert row["entry_index"] == str(statement.entry_id)


def test_json_records_prove_themselves(desk: Any, pen: Pen) -> None:
    pen.decide()
    pen.revoke()
    data, export = made(desk, format="json")
    found = json.loads(data)
    assert found["format"] == "fedart-consent-export-1"
    assert [record["decision"] for record in found["records"]] == ["ConsentWithdrawn", "ConsentGiven"]
    assert all(check_receipt(record["receipt"]).holds for record in found["records"])
    assert found["ledger"]["size"] == 4
    export.refresh_from_db()
    assert export.size == len(data)


def test_an_empty_export_is_a_whole_file(desk: Any, notices: Any) -> None:
    data, _ = made(desk, format="json")
    assert json.loads(data)["records"] == []
    assert rows_of(made(desk)[0]) == []


def test_an_export_is_an_entry_and_a_look(desk: Any, pen: Pen, alice: Artist) -> None:
    pen.decide()
    _, export = made(desk)
    export.refresh_from_db()
    assert export.entry.kind == "export"
    body = json.loads(bytes(export.entry.opening.body))
    assert body["sha256"] == export.sha256
    assert alice.email not in json.dumps(body)
    look = AccessLog.objects.get(what="export")
    assert (look.artist, look.reason) == (alice, REASON)


def test_cells_that_look_like_formulas_are_defused(desk: Any, pen: Pen, terms: Any) -> None:
    terms.clear()
    terms.update({"=cmd": "|' /C calc'!A0"})
    pen.artist.email = "+alice@example.org"
    pen.artist.save()
    pen.decide()
    (row,) = rows_of(made(desk)[0])
    assert row["email"] == "'+alice@example.org"
    assert row["terms"].startswith("'=cmd")
    assert not [cell for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]


def test_building_twice_makes_one_file(desk: Any, pen: Pen) -> None:
    pen.decide()
    _, export = made(desk)
    entries = Entry.objects.count()
    assert build_export(export_id=export.pk, at=timezone.now()) is None
    assert Entry.objects.count() == entries


def test_a_build_that_was_killed_is_done_again(desk: Any, pen: Pen) -> None:
    pen.decide()
    ask(desk)
    ConsentExport.objects.update(state="running", rows_done=1, rows_total=9)
    export = ConsentExport.objects.get()
    done = build_export(export_id=export.pk, at=timezone.now())
    assert (done.state, done.rows_done, done.rows_total, done.percent) == ("done", 1, 1, 100)


def test_a_build_that_fails_says_so_and_leaves_nothing(
    desk: Any, pen: Pen, monkeypatch: pytest.MonkeyPatch
) -> None:
    pen.decide()
    ask(desk)
    export = ConsentExport.objects.get()
    entries = Entry.objects.count()

    def broken(**_: Any) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("consent.services.exports.append_entry", broken)
    with pytest.raises(OSError, match="disk full"):
        build_export(export_id=export.pk, at=timezone.now())
    export.refresh_from_db()
    assert (export.state, export.failure) == ("failed", "OSError")
    assert Entry.objects.count() == entries
    assert not AccessLog.objects.filter(what="export").exists()
    assert storages["exports"].listdir("")[1] == []
    assert "could not be made" in desk.get(f"/compliance/exports/{export.pk}").content.decode()
    answer = desk.get(f"/compliance/exports/{export.pk}/file", headers={"Accept": "application/json"})
    assert answer.json()["code"] == "export-failed"


def test_exports_expire(desk: Any, pen: Pen) -> None:
    pen.decide()
    _, export = made(desk)
    assert remove_expired_exports(at=timezone.now()) == 0
    assert remove_expired_exports(at=timezone.now() + LIFETIME) == 1
    answer = desk.get(f"/compliance/exports/{export.pk}/file", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (410, "export-expired")
    assert storages["exports"].listdir("")[1] == []
    assert "has been removed" in desk.get(f"/compliance/exports/{export.pk}").content.decode()


def test_a_file_that_is_not_ready(desk: Any, pen: Pen) -> None:
    ask(desk)
    export = ConsentExport.objects.get()
    answer = desk.get(f"/compliance/exports/{export.pk}/file", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (409, "export-not-ready")
    part = desk.get(f"/compliance/exports/{export.pk}", headers={"HX-Request": "true"}).content.decode()
    assert "hx-trigger" in part
    assert "<html" not in part


def test_the_file_of_another_officer_does_not_exist(
    desk: Any, pen: Pen, charlie: Artist, connie: Artist
) -> None:
    ask(desk)
    export = ConsentExport.objects.get()
    charlie.groups.set(connie.groups.all())
    desk.force_login(charlie)
    assert desk.get(f"/compliance/exports/{export.pk}").status_code == 404


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"reason": ""}, "reason-needed"),
        ({"reason": "because  "}, "reason-needed"),
        ({"reason": "x" * 301}, "reason-needed"),
        ({"reason": "long enough\x00"}, "reason-needed"),
        ({"format": "xlsx"}, "unknown-format"),
        ({"format": ""}, "unknown-format"),
    ],
)
def test_refuses_to_export_without_reason_or_format(desk: Any, notices: Any, fields: Any, code: str) -> None:
    sent = json.dumps({"format": "csv", "reason": REASON, **fields})
    if "\\u0000" not in sent:
        answer = desk.post("/compliance/exports", sent, content_type="application/json")
        assert (answer.status_code, answer.json()["code"]) == (400, code)
    answer = desk.post(
        "/compliance/exports",
        {"format": "csv", "reason": REASON, **fields},
        headers={"Accept": "application/json"},
    )
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert not ConsentExport.objects.exists()


def test_exports_by_script(desk: Any, pen: Pen) -> None:
    pen.decide()
    sent = json.dumps({"format": "json", "reason": REASON, "status": "in-force"})
    answer = desk.post("/compliance/exports", sent, content_type="application/json")
    assert answer.status_code == 201
    assert answer.json()["state"] == "queued"
    build_export(export_id=ConsentExport.objects.get().pk, at=timezone.now())
    watched = desk.get(answer.json()["status_url"], headers={"Accept": "application/json"}).json()
    assert (watched["state"], watched["percent"]) == ("done", 100)
    assert json.loads(b"".join(desk.get(watched["file_url"]).streaming_content))["records"]


def test_many_records_are_written_page_by_page(desk: Any, pen: Pen, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(7):
        pen.decide("refuse")
    monkeypatch.setattr("consent.services.exports.CHUNK_ROWS", 3)
    assert len(rows_of(made(desk)[0])) == 7
