"""The copy of everything held about one person: whole, hers alone, without secrets and without others' names."""

import io
import json
import zipfile
from hashlib import sha256
from typing import Any

import pytest
from django.core import mail
from django.core.files.storage import storages
from django.utils import timezone

from consent.holdings.registry import personal_holdings, rows_of
from consent.ledger.bundle_reader import check_bundle
from consent.ledger.verify import check_receipt
from consent.models import Entry, PersonalCopy, SubjectRequest
from consent.services import copies
from consent.services.sole import sole_worker
from consent.services.sweeping import sweep_desk
from gallery.models import Artist
from tests.consent.desk.life import Life
from tests.consent.desk.seats import seat


def copy_of(artist: Artist) -> tuple[zipfile.ZipFile, SubjectRequest, Any]:
    """Asked for on her page, made as the worker would, downloaded."""
    me = seat(artist)
    me.post("/your-data/ask/access")
    row = SubjectRequest.objects.filter(artist=artist).latest("received_at")
    assert copies.build_copy(copy_id=row.copy.pk, at=timezone.now()) is not None
    answer = me.get(f"/your-data/requests/{row.pk}/copy.zip")
    assert answer.status_code == 200, answer
    return zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))), row, me


def test_everything_is_in_it(
    life: Life, connie: Artist, sent_tasks: Any, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        copy, row, me = copy_of(life.artist)
    assert ("exports.copy", (str(row.copy.pk),)) in sent_tasks
    names = set(copy.namelist())
    for holding in personal_holdings():
        name = holding.model.lower().replace(".", "-")
        rows = json.loads(copy.read(f"data/{name}.json"))
        expected = rows_of(holding, life.artist.pk).count()
        if holding.model not in (
            "consent.SubjectRequestEvent",
            "consent.AccessLog",
            "usersessions.UserSession",
        ):
            assert len(rows) == expected, holding.model
        assert all(list(line) == holding.handed_out for line in rows)
        assert f"data/{name}.csv" in names
    assert copy.read(f"files/images/{life.image.file}").startswith(b"\x89PNG")
    receipts = [json.loads(copy.read(name)) for name in names if name.startswith("receipts/")]
    assert len(receipts) == 2
    assert all(check_receipt(proof).holds for proof in receipts)
    assert any(name.startswith("notices/") for name in names)
    assert life.artist.email in copy.read("README.html").decode()
    report = check_bundle(copy.fp)
    assert report.holds, report.wrong
    manifest = json.loads(copy.read("manifest.json"))
    assert manifest["records"] == 2
    assert {line["path"] for line in manifest["files"]} == names - {"manifest.json"}
    assert all(sha256(copy.read(line["path"])).hexdigest() == line["sha256"] for line in manifest["files"])
    row.refresh_from_db()
    assert row.state == "done"
    entry = row.copy.entry
    assert entry.kind == "export"
    assert life.artist.email not in bytes(entry.opening.body).decode()
    page = me.get(f"/your-data/requests/{row.pk}").content.decode()
    assert "Download your copy" in page


def test_no_secret_and_no_employee_is_in_it(life: Life, connie: Artist) -> None:
    copy, _row, _me = copy_of(life.artist)
    everything = b"\n".join(copy.read(name) for name in copy.namelist())
    looks = json.loads(copy.read("data/consent-accesslog.json"))
    assert looks[0]["reason"] == "An old question"
    assert "viewer" not in looks[0]
    for secret in (life.artist.password, connie.email, "session_key", "token_family"):
        assert secret.encode() not in everything, secret


def test_only_hers(life: Life, bob: Artist) -> None:
    copy, _row, _me = copy_of(bob)
    everything = b"\n".join(copy.read(name) for name in copy.namelist())
    assert life.artist.email.encode() not in everything
    assert life.artist.handle.encode() not in everything


def test_made_once_whoever_is_sent(life: Life) -> None:
    _copy, row, _me = copy_of(life.artist)
    entries = Entry.objects.count()
    assert copies.build_copy(copy_id=row.copy.pk, at=timezone.now()) is None
    assert Entry.objects.count() == entries


def test_a_killed_worker_is_followed_by_another(
    life: Life, monkeypatch: pytest.MonkeyPatch, sent_tasks: Any, django_capture_on_commit_callbacks: Any
) -> None:
    seat(life.artist).post("/your-data/ask/portability")
    copy = PersonalCopy.objects.get()

    def killed(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("consent.services.copies._finish", killed)
        with pytest.raises(KeyboardInterrupt):
            copies.build_copy(copy_id=copy.pk, at=timezone.now())
    copy.refresh_from_db()
    assert copy.state == "running"
    with django_capture_on_commit_callbacks(execute=True):
        assert sweep_desk(at=timezone.now() + copies.LIFETIME) == 1
    assert ("exports.copy", (str(copy.pk),)) in sent_tasks
    assert copies.build_copy(copy_id=copy.pk, at=timezone.now()) is not None
    assert Entry.objects.filter(kind="export").count() == 1


def test_a_failure_is_said_and_can_be_tried_again(
    life: Life, connie: Artist, monkeypatch: pytest.MonkeyPatch
) -> None:
    me = seat(life.artist)
    me.post("/your-data/ask/access")
    row = SubjectRequest.objects.get()

    def broken(**_: Any) -> None:
        raise OSError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr("consent.services.copies.append_entry", broken)
        with pytest.raises(OSError, match="disk full"):
            copies.build_copy(copy_id=row.copy.pk, at=timezone.now())
    assert storages["exports"].listdir("")[1] == [life.export.file_name]
    assert "could not be made" in me.get(f"/your-data/requests/{row.pk}").content.decode()
    refused = me.get(f"/your-data/requests/{row.pk}/copy.zip", headers={"Accept": "application/json"})
    assert refused.json()["code"] == "copy-failed"
    seat(connie).post(f"/compliance/requests/{row.pk}/again")
    assert copies.build_copy(copy_id=row.copy.pk, at=timezone.now()) is not None


def test_a_copy_expires(life: Life) -> None:
    _copy, row, me = copy_of(life.artist)
    assert copies.remove_expired_copies(at=timezone.now()) == 0
    assert copies.remove_expired_copies(at=timezone.now() + copies.LIFETIME) == 1
    refused = me.get(f"/your-data/requests/{row.pk}/copy.zip", headers={"Accept": "application/json"})
    assert (refused.status_code, refused.json()["code"]) == (410, "copy-expired")
    assert storages["exports"].listdir("")[1] == [life.export.file_name]


def test_a_copy_that_is_not_ready(life: Life) -> None:
    me = seat(life.artist)
    me.post("/your-data/ask/access")
    row = SubjectRequest.objects.get()
    refused = me.get(f"/your-data/requests/{row.pk}/copy.zip", headers={"Accept": "application/json"})
    assert (refused.status_code, refused.json()["code"]) == (409, "copy-not-ready")
    part = me.get(f"/your-data/requests/{row.pk}", headers={"HX-Request": "true"}).content.decode()
    assert "hx-trigger" in part
    assert "<html" not in part


@pytest.mark.django_db(transaction=True)
def test_one_worker_at_a_time() -> None:
    """A second session finds the work taken; where the first one dies, PostgreSQL frees it."""
    import uuid
    from threading import Thread

    from django.db import connection

    work, answers = uuid.uuid4(), []

    def other() -> None:
        with sole_worker(work) as free:
            answers.append(free)
        connection.close()

    with sole_worker(work) as free:
        assert free
        thread = Thread(target=other)
        thread.start()
        thread.join()
    with sole_worker(work) as free:
        answers.append(free)
    assert answers == [False, True]


def test_letters_say_what_happened(life: Life, connie: Artist) -> None:
    from consent.services.letters import send_letter

    copy_of(life.artist)
    row = SubjectRequest.objects.get()
    assert send_letter(request=row, what="copy-ready")
    letter = mail.outbox[-1]
    assert letter.to == [life.artist.email]
    assert row.reference in letter.subject
    assert f"/your-data/requests/{row.pk}" in letter.body
    assert "&#" not in letter.body
