"""Files of consent records: whole, provable, defused, logged, expiring; made again after a crash."""

import asyncio
import io
import json
import zipfile
from typing import Any

import pytest
from django.core.files.storage import storages
from django.utils import timezone

from consent.downloads import FileDownload
from consent.export_formats import COLUMNS
from consent.ledger.bundle_reader import check_bundle
from consent.ledger.verify import check_receipt
from consent.models import AccessLog, ConsentExport, Entry
from consent.services.exports import LIFETIME, build_export, remove_expired_exports
from consent.services.sole import sole_worker
from gallery.models import Artist
from tests.consent.desk.hands import REASON, ask, made, rows_of
from tests.consent.pen import Pen


def test_asking_queues_the_work_on_commit(
    desk: Any, pen: Pen, sent_tasks: list[Any], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        ask(desk)
    assert sent_tasks == [("exports.build", (str(ConsentExport.objects.get().pk),))]


def test_csv(desk: Any, pen: Pen, alice: Artist) -> None:
    statement = pen.decide()
    data, _ = made(desk)
    assert data.startswith(b"\xef\xbb\xbf")
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
    monkeypatch.setattr("consent.services.export_files.CHUNK_ROWS", 3)
    assert len(rows_of(made(desk)[0])) == 7


def test_json_ld(desk: Any, pen: Pen) -> None:
    """Records of TS 27560 in DPV's terms; what was signed stands in it unchanged."""
    statement = pen.decide()
    pen.revoke()
    data, _ = made(desk, format="jsonld")
    found = json.loads(data)
    withdrawn, given = found["dpv:hasRecord"]
    assert withdrawn["dpv:hasConsentStatus"] == {"@id": "dpv:ConsentWithdrawn"}
    assert given["@id"] == f"urn:uuid:{statement.pk}"
    assert given["fa:signedStatement"]["@value"] == json.loads(bytes(statement.document))
    assert check_receipt(given["fa:receipt"]["@value"]).holds
    known = set(found["@context"]) - {"@version"}
    terms = [name for node in (found, given) for name in node if ":" in name]
    assert {term.partition(":")[0] for term in terms} <= known


def test_a_bundle_verifies_offline_and_names_nobody(
    desk: Any, pen: Pen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("consent.services.export_files.CHUNK_ROWS", 2)
    for decision in ("refuse", "grant", "refuse", "grant", "refuse"):
        pen.decide(decision)
    data, export = made(desk, format="bundle")
    report = check_bundle(io.BytesIO(data))
    assert report.holds, report.wrong
    assert any("5" in sentence for sentence in report.proven)
    export.refresh_from_db()
    assert (export.rows_done, export.entry.kind) == (5, "export")
    opened = zipfile.ZipFile(io.BytesIO(data))
    everything = b"".join(opened.read(name) for name in opened.namelist())
    assert pen.artist.email.encode() not in everything
    broken = bytearray(data)
    broken[len(broken) // 3] ^= 1
    assert not check_bundle(io.BytesIO(bytes(broken))).holds


def test_a_big_file_leaves_in_pieces_whoever_serves_it(desk: Any, pen: Pen) -> None:
    """Under ASGI too, where Django would read all of it first."""
    _, export = made(desk)
    answer = desk.get(f"/compliance/exports/{export.pk}/file")
    assert isinstance(answer, FileDownload)
    answer.close()
    file = io.BytesIO(bytes(5 * FileDownload.block_size))

    async def first() -> tuple[int, int]:
        async for piece in FileDownload(file):
            return len(piece), file.tell()
        raise AssertionError

    assert asyncio.run(first()) == (FileDownload.block_size, FileDownload.block_size)

    async def whole() -> int:
        return sum([len(piece) async for piece in FileDownload(io.BytesIO(bytes(600_000)))])

    assert asyncio.run(whole()) == 600_000


def test_by_version_of_the_text(desk: Any, pen: Pen) -> None:
    pen.decide("refuse")
    chosen = pen.artist.statements.get().notice
    assert len(rows_of(made(desk, notice=f"{chosen.name} {chosen.version}")[0])) == 1
    refused = desk.post(
        "/compliance/exports", {"format": "csv", "reason": REASON, "notice": "train-shared 9.9"}
    )
    assert refused.status_code == 400


def test_two_workers_make_one_file(desk: Any, pen: Pen, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second worker that was sent the same task while the first one writes makes nothing."""
    pen.decide()
    ask(desk)
    export = ConsentExport.objects.get()
    seen = []

    def meanwhile(*_: Any, **__: Any) -> set[int]:
        from threading import Thread

        from django.db import connection

        def other() -> None:
            with sole_worker(export.pk) as free:
                seen.append(free)
            connection.close()

        thread = Thread(target=other)
        thread.start()
        thread.join()
        return set()

    monkeypatch.setattr("consent.services.exports.write_export", meanwhile)
    assert build_export(export_id=export.pk, at=timezone.now()) is not None
    assert seen == [False]
