"""Holds, breaches and their 72 hours, retention, records of processing, the impact assessment."""

import csv
import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from consent.audit import audit_ledger
from consent.errors import Refusal
from consent.holdings.registry import holdings
from consent.models import AccessLog, Breach, Draft, Entry, EntryBody, LegalHold, RetentionRun, Statement
from consent.processing import COLUMNS
from consent.purposes import PURPOSES
from consent.services import breaches
from consent.services.holds import ask_hold, ask_lift, decide_hold, decide_lift
from consent.services.retention import run_retention
from gallery.models import Artist
from tests.consent.desk.seats import seat
from tests.consent.pen import Pen

WHY = "A claim is being argued in court."
FACTS: dict[str, Any] = {
    "title": "Mail to the wrong people",
    "nature": "A letter went to a list.",
    "data": "Addresses of artists.",
    "people": 12,
    "records": 12,
    "consequences": "Unwanted mail.",
    "measures": "The list was deleted.",
    "risk": "risk",
}


@pytest.fixture
def hold(pen: Pen, connie: Artist) -> LegalHold:
    return ask_hold(artist_id=pen.artist.pk, officer=connie, basis="claims", reason=WHY, at=timezone.now())


def test_a_hold_needs_two_people_to_stand_and_two_to_fall(
    hold: LegalHold, connie: Artist, dora: Artist
) -> None:
    now = timezone.now()
    with pytest.raises(Refusal, match="four-eyes"):
        decide_hold(hold=hold, officer=connie, approve=True, at=now)
    decide_hold(hold=hold, officer=dora, approve=True, at=now)
    assert (hold.state, hold.entry.kind) == ("stands", "hold")
    ask_lift(hold=hold, officer=dora, reason="The claim was settled.", at=now)
    with pytest.raises(Refusal, match="four-eyes"):
        decide_lift(hold=hold, officer=dora, approve=True, at=now)
    decide_lift(hold=hold, officer=connie, approve=False, at=now)
    assert hold.state == "stands"
    ask_lift(hold=hold, officer=connie, reason="The claim was settled.", at=now)
    decide_lift(hold=hold, officer=dora, approve=True, at=now)
    assert hold.state == "lifted"
    with pytest.raises(Refusal, match="moved-on"):
        decide_lift(hold=hold, officer=dora, approve=True, at=now)
    assert Entry.objects.filter(kind="hold").count() == 2


def test_a_hold_that_cannot_be_asked(hold: LegalHold, connie: Artist, pen: Pen) -> None:
    for fields, code in (
        ({"reason": "short"}, "reason-needed"),
        ({"basis": "because"}, "reason-needed"),
        ({}, "hold-exists"),
    ):
        asked = {"artist_id": pen.artist.pk, "officer": connie, "basis": "claims", "reason": WHY, **fields}
        with pytest.raises(Refusal, match=code):
            ask_hold(at=timezone.now(), **asked)
    with pytest.raises(Refusal, match="own-request"):
        ask_hold(artist_id=connie.pk, officer=connie, basis="claims", reason=WHY, at=timezone.now())


def test_holds_on_their_page(hold: LegalHold, connie: Artist, dora: Artist) -> None:
    one, two = seat(connie), seat(dora)
    assert "Another officer decides" in one.get("/compliance/holds/").content.decode()
    refused = one.post(f"/compliance/holds/{hold.pk}/approve", follow=True).content.decode()
    assert "two people must have looked" in refused
    two.post(f"/compliance/holds/{hold.pk}/approve")
    two.post(f"/compliance/holds/{hold.pk}/ask-lift", {"reason": "The claim was settled."})
    one.post(f"/compliance/holds/{hold.pk}/lift")
    hold.refresh_from_db()
    assert hold.state == "lifted"


def test_seventy_two_hours(connie: Artist, olga: Artist, notices: None) -> None:
    aware = timezone.now() - timedelta(hours=80)
    page = seat(olga).post(
        "/compliance/breaches/new/", {**FACTS, "aware_at": aware.strftime("%Y-%m-%dT%H:%M")}
    )
    breach = Breach.objects.get()
    assert page["Location"] == f"/compliance/breaches/{breach.pk}/"
    assert "8 hours late" in seat(connie).get("/compliance/").content.decode()
    told = {"told_at": timezone.now().strftime("%Y-%m-%dT%H:%M")}
    officer = seat(connie)
    url = f"/compliance/breaches/{breach.pk}/"
    assert "reasons for the delay" in officer.post(url + "authority", told, follow=True).content.decode()
    assert "compliance officer" in seat(olga).post(url + "authority", told, follow=True).content.decode()
    officer.post(url + "authority", {**told, "note": "The list was found only on Monday."})
    breach.refresh_from_db()
    assert breach.authority_told_at is not None
    assert "after 72 hours" in officer.get(url).content.decode()
    seat(olga).post(url + "note", {"note": "Twelve, not fifteen."})
    officer.post(url + "close", {})
    breach.refresh_from_db()
    assert breach.closed_at is not None
    assert [event.what for event in breach.events.all()] == ["logged", "authority-told", "note", "closed"]
    assert Entry.objects.filter(kind="breach").count() == 4
    assert audit_ledger().found is None


def test_a_high_risk_is_not_closed_in_silence(connie: Artist, notices: None) -> None:
    now = timezone.now()
    common: dict[str, Any] = {"officer": connie, "role": "compliance officer", "at": now}
    breach = breaches.log_breach(
        reporter=connie, role="compliance officer", aware_at=now, facts={**FACTS, "risk": "high"}, at=now
    )
    with pytest.raises(Refusal, match="breach-incomplete"):
        breaches.close_breach(breach=breach, not_told_reason="", **common)
    breaches.tell_authority(breach=breach, told_at=now, delay_reason="", **common)
    with pytest.raises(Refusal, match="not-told-reason-needed"):
        breaches.close_breach(breach=breach, not_told_reason="", **common)
    breaches.tell_people(breach=breach, told_at=now, note="By letter.", **common)
    breaches.close_breach(breach=breach, not_told_reason="", **common)
    with pytest.raises(Refusal, match="moved-on"):
        breaches.tell_people(breach=breach, told_at=now, note="Again.", **common)


@pytest.mark.parametrize("missing", ["title", "nature", "data", "consequences", "measures", "risk"])
def test_a_breach_says_what_the_law_asks_for(missing: str, connie: Artist, notices: None) -> None:
    facts = {**FACTS, missing: " "}
    with pytest.raises(Refusal, match="breach-incomplete"):
        breaches.log_breach(
            reporter=connie,
            role="compliance officer",
            aware_at=timezone.now(),
            facts=facts,
            at=timezone.now(),
        )
    assert not Breach.objects.exists()


def test_retention_deletes_what_has_had_its_time_and_counts(
    pen: Pen, bob: Artist, connie: Artist, dora: Artist
) -> None:
    """Old statements of Alice and Bob; a hold keeps Alice's."""
    now = timezone.now()
    other = Pen(bob).register(at=now - timedelta(days=1300))
    for writer in (pen, other):
        writer.decide(at=now - timedelta(days=20))
        writer.revoke(at=now - timedelta(days=10))
        writer.draft(at=now - timedelta(days=9))
    hold = ask_hold(artist_id=pen.artist.pk, officer=connie, basis="claims", reason=WHY, at=now)
    decide_hold(hold=hold, officer=dora, approve=True, at=now)
    AccessLog.objects.create(artist=bob, role="compliance officer", what="list", reason="x", at=now)
    later = now + timedelta(days=3 * 365 + 1)
    dry = run_retention(at=later, dry=True)
    assert Statement.objects.count() == 4
    assert {line["code"]: line["due"] for line in dry.report if line["due"]} == {
        "drafts": 1,
        "statements": 1,
        "access-log": 1,
    }
    run = run_retention(at=later)
    lines = {line["code"]: line for line in run.report}
    assert (lines["statements"]["deleted"], lines["statements"]["left"], lines["statements"]["held"]) == (
        1,
        0,
        1,
    )
    assert run.entry.kind == "erasure"
    assert Statement.objects.filter(artist=bob).count() == 1, "the revocation stands: nothing followed it"
    assert Statement.objects.filter(artist=pen.artist).count() == 2
    assert not Draft.objects.filter(artist=bob).exists()
    assert EntryBody.objects.filter(entry__kind="statement").count() == 3, "its salt went with it"
    assert audit_ledger().found is None
    again = run_retention(at=later)
    assert [
        line["code"] for line in again.report if line["deleted"] and line["code"] != "retention-runs"
    ] == []


def test_the_command_prints_the_report(pen: Pen, capsys: Any) -> None:
    call_command("retention", "--dry-run")
    out = capsys.readouterr().out
    assert "statements" in out
    assert "nothing was deleted" in out
    assert RetentionRun.objects.get().dry
    page = seat(pen.artist)
    assert page.get("/compliance/retention/").status_code == 403


def test_the_record_of_processing_comes_from_the_register(connie: Artist, settings: Any) -> None:
    settings.CONTROLLER = {**settings.CONTROLLER, "name": "=HYPERLINK(1)", "officer": "dpo@example.org"}
    officer = seat(connie)
    rows = list(
        csv.reader(io.StringIO(officer.get("/compliance/processing/record.csv").content.decode("utf-8-sig")))
    )
    assert tuple(rows[0]) == COLUMNS
    text = "\n".join(",".join(row) for row in rows)
    for purpose in PURPOSES.values():
        assert purpose.title in text
    for holding in holdings():
        if holding.personal:
            assert holding.title in text, holding.model
    found = json.loads(officer.get("/compliance/processing/record.jsonld").content)
    assert found["dpv:hasDataProtectionOfficer"] == "dpo@example.org"
    assert len(found["dpv:hasProcess"]) == len(rows) - 1
    page = officer.get("/compliance/processing/").content.decode()
    assert "dpo@example.org" in page


def test_the_impact_assessment_is_filled(connie: Artist, pen: Pen, settings: Any) -> None:
    settings.CONTROLLER = {**settings.CONTROLLER, "name": "Kunst & Co", "authority": ""}
    answer = seat(connie).get("/compliance/dpia/dpia.md")
    text = answer.content.decode()
    assert answer["Content-Type"].startswith("text/markdown")
    assert "Controller: Kunst & Co" in text
    assert "SUPERVISORY_AUTHORITY is not set" in text
    assert "Smallest group: 3" in text
    assert "no formal privacy claim" in text
    assert "&#x27;" not in text
    assert text.count("Likelihood: [low, medium, high]") >= 6
    assert "Impact assessment" in seat(connie).get("/compliance/dpia/").content.decode()
