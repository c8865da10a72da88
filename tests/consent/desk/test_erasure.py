"""Erasure: everything that names the person goes, the report is counted from rows, the ledger still verifies."""

from datetime import timedelta
from typing import Any

import pyrage
import pytest
from django.apps import apps
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.files.storage import storages
from django.utils import timezone

from consent.audit import audit_ledger
from consent.errors import Refusal
from consent.holdings.registry import personal_holdings, rows_of
from consent.ledger.verify import check_receipt
from consent.models import (
    AccessLog,
    Entry,
    EntryBody,
    Erasure,
    SealedStatements,
    Statement,
    SubjectRequest,
)
from consent.purposes import SHOW_IMAGES
from consent.services import handling
from consent.services.erasure import erase
from consent.services.holds import ask_hold, decide_hold
from consent.services.receipts import make_receipt
from consent.services.requests import open_request
from consent.services.sweeping import sweep_desk
from consent.services.traces import count_traces
from federation.models import Participation
from gallery.models import Artist
from tests.consent.desk.life import Life
from tests.consent.desk.seats import seat
from tests.consent.pen import allow


def approved(artist: Artist, one: Artist, two: Artist) -> SubjectRequest:
    """She asks on her page; Connie prepares, Dora approves."""
    now = timezone.now()
    row = open_request(artist=artist, kind="erasure", details="My street is 5 Elm Road.", at=now)
    handling.take(request=row, officer=one, at=now)
    handling.send_to_review(request=row, officer=one, answer="Everything is erased.", at=now)
    return handling.release(request=row, officer=two, at=now)


def test_nothing_of_the_person_is_left(
    life: Life, connie: Artist, dora: Artist, sent_tasks: Any, django_capture_on_commit_callbacks: Any
) -> None:
    artist_id, address, urn = life.artist.pk, life.artist.email, life.artist.consent_subject.urn
    names = [address, urn, life.pen.key, life.artist.handle]
    assert count_traces(names)
    files = [("images", life.image.file), ("images", life.image.thumb), ("exports", life.export.file_name)]
    assert all(storages[storage].exists(name) for storage, name in files)
    leaves = Entry.objects.count()
    with django_capture_on_commit_callbacks(execute=True):
        row = approved(life.artist, connie, dora)
    assert ("exports.erase", (str(row.pk),)) in sent_tasks
    with django_capture_on_commit_callbacks(execute=True):
        done = erase(request_id=row.pk, at=timezone.now())
    assert done is not None
    report = done.report
    assert (report["rows_left"], report["files_left"], report["traces"]) == (0, 0, [])
    assert report["rows"] > 15
    assert report["files"] == 3
    assert count_traces(names) == []
    assert not any(storages[storage].exists(name) for storage, name in files)
    for holding in personal_holdings():
        assert not rows_of(holding, artist_id).exists(), holding.model
    assert not Artist.objects.filter(pk=artist_id).exists()
    assert not Session.objects.exists()
    part = Participation.objects.get()
    assert (part.artist_id, part.device_id, part.state) == (None, None, "counted")
    row.refresh_from_db()
    assert (row.state, row.artist_id, row.details, row.answer) == ("done", None, "", "")
    assert "Elm Road" not in str(list(row.events.values()))
    assert done.pending == {}
    life.export.refresh_from_db()
    assert (life.export.state, life.export.filters) == ("expired", {})
    # The leaves stay, say nothing, and add up.
    assert Entry.objects.count() > leaves
    assert audit_ledger().found is None
    assert not EntryBody.objects.filter(entry__kind__in=("statement", "key")).exists()
    assert done.entry.kind == "erasure"
    assert "0 rows and 0 files" in mail.outbox[-1].body
    assert mail.outbox[-1].to == [address]


def test_the_report_counts_rows_and_not_intentions(
    life: Life, connie: Artist, dora: Artist, monkeypatch: pytest.MonkeyPatch
) -> None:
    """dentalpin#374: the audit said "erased", and nothing was. Here removing does nothing, and the report says so."""
    row = approved(life.artist, connie, dora)
    monkeypatch.setattr("consent.services.erasure.remove_rows", lambda **_: None)
    monkeypatch.setattr("consent.services.erasure._remove_files", lambda row: None)
    done = erase(request_id=row.pk, at=timezone.now())
    assert done is not None
    assert done.report["rows_left"] == done.report["rows"] > 15
    assert done.report["files_left"] == 3
    assert done.report["traces"]
    row.refresh_from_db()
    assert "not complete" in row.events.last().note
    assert "It is not complete" in seat(connie).get(f"/compliance/requests/{row.pk}/").content.decode()


@pytest.mark.parametrize("dies_in", ["remove_rows", "_remove_files", "_report"])
def test_a_killed_worker_is_followed_by_another(
    life: Life, connie: Artist, dora: Artist, monkeypatch: pytest.MonkeyPatch, dies_in: str
) -> None:
    row = approved(life.artist, connie, dora)

    def killed(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(f"consent.services.erasure.{dies_in}", killed)
        with pytest.raises(KeyboardInterrupt):
            erase(request_id=row.pk, at=timezone.now())
    row.refresh_from_db()
    assert row.state == "executing"
    done = erase(request_id=row.pk, at=timezone.now())
    assert done is not None
    assert (done.report["rows_left"], done.report["files_left"], done.report["traces"]) == (0, 0, [])
    assert Entry.objects.filter(kind="erasure").count() == 1
    assert erase(request_id=row.pk, at=timezone.now()) is None
    assert audit_ledger().found is None


def test_statements_are_sealed_to_a_key_that_lies_offline(
    life: Life, connie: Artist, dora: Artist, settings: Any
) -> None:
    offline = pyrage.x25519.Identity.generate()
    settings.STATEMENT_SEAL_RECIPIENT = str(offline.to_public())
    statement = Statement.objects.first()
    kept = make_receipt(artist_id=life.artist.pk, statement_id=statement.pk, at=timezone.now())
    row = approved(life.artist, connie, dora)
    done = erase(request_id=row.pk, at=timezone.now())
    assert done is not None
    assert (done.report["sealed"], done.report["rows_left"], done.report["traces"]) == (2, 0, [])
    sealed = SealedStatements.objects.get()
    assert sealed.reference == row.reference
    assert sealed.delete_after > timezone.now() + timedelta(days=1090)
    import json

    opened = json.loads(pyrage.decrypt(bytes(sealed.ciphertext), [offline]))
    assert len(opened["receipts"]) == 2
    assert all(check_receipt(proof).holds for proof in opened["receipts"])
    assert check_receipt(kept).holds, "a receipt in the artist's hands keeps proving what she said"


def test_a_hold_blocks_at_every_step(life: Life, connie: Artist, dora: Artist) -> None:
    now = timezone.now()
    row = open_request(artist=life.artist, kind="erasure", at=now)
    handling.take(request=row, officer=connie, at=now)
    hold = ask_hold(
        artist_id=life.artist.pk, officer=connie, basis="claims", reason="A claim is being argued.", at=now
    )
    with pytest.raises(Refusal, match="legal-hold"):
        handling.send_to_review(request=row, officer=connie, answer="Everything is erased.", at=now)
    # One person alone keeps nothing up: after 72 hours without a decision the hold blocks no more.
    later = now + timedelta(hours=73)
    handling.send_to_review(request=row, officer=connie, answer="Everything is erased.", at=later)
    decide_hold(hold=hold, officer=dora, approve=True, at=later)
    with pytest.raises(Refusal, match="legal-hold"):
        handling.release(request=row, officer=dora, at=later)
    SubjectRequest.objects.filter(pk=row.pk).update(state="executing")
    with pytest.raises(Refusal, match="legal-hold"):
        erase(request_id=row.pk, at=later)
    assert Artist.objects.filter(pk=life.artist.pk).exists()
    assert not Erasure.objects.exists()


def test_an_employee_can_be_erased_too(life: Life, connie: Artist, dora: Artist, mo: Artist) -> None:
    """Her looks stay with the artists, without her name."""
    mo.groups.set(connie.groups.all())
    row = approved(connie, dora, mo)
    done = erase(request_id=row.pk, at=timezone.now())
    assert done is not None
    assert (done.report["rows_left"], done.report["traces"]) == (0, [])
    assert AccessLog.objects.get(what="export").viewer_id is None
    assert apps.get_model("gallery.Artist").objects.filter(pk=life.artist.pk).exists()


def test_closing_an_account_stops_everything_at_once(life: Life) -> None:
    """Until two people have looked, nothing of hers is shown or drawn."""
    me = seat(life.artist)
    allow(life.artist, SHOW_IMAGES)
    page = f"/images/{life.image.handle}/"
    assert seat(Artist.objects.create_user("x@example.org")).get(page).status_code == 200
    me.post("/your-data/ask/erasure")
    assert seat(Artist.objects.get(email="x@example.org")).get(page).status_code == 404
    answer = me.post(
        "/studio/requests/", {"prompt": "a red apple", "version": 1}, headers={"Accept": "application/json"}
    )
    assert answer.status_code in (302, 409, 422)


def test_what_waits_for_a_hold_is_not_sent_again(
    life: Life, connie: Artist, dora: Artist, sent_tasks: Any, django_capture_on_commit_callbacks: Any
) -> None:
    """A hold that was asked for after the approval: the erasure waits, and is sent again once the hold is gone."""
    now = timezone.now()
    row = approved(life.artist, connie, dora)
    hold = ask_hold(
        artist_id=life.artist.pk, officer=connie, basis="claims", reason="A claim is being argued.", at=now
    )
    sent_tasks.clear()
    with django_capture_on_commit_callbacks(execute=True):
        assert sweep_desk(at=now) == 0
        decide_hold(hold=hold, officer=dora, approve=False, at=now)
        assert sweep_desk(at=now) == 1
    assert ("exports.erase", (str(row.pk),)) in sent_tasks
    done = erase(request_id=row.pk, at=now)
    assert done is not None
    assert done.report["rows_left"] == 0
