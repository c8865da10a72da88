"""Reports: one press hides, a clock runs, both sides hear the outcome, each may appeal once; abuse is bounded."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from gallery import report_rules, report_states, tasks
from gallery.errors import Refusal
from gallery.models import Artist, Image, Report
from gallery.services import moderating, reporting
from tests.gallery.scene import NOON, as_
from tests.gallery.test_wall import handles

Hang = Callable[..., Image]


def file(image: Image, by: Artist | None, **changes: Any) -> Report:
    return reporting.report(image=image, reporter=by, **({"address": "192.0.2.7", "at": NOON} | changes))


def held(image: Image) -> bool:
    image.refresh_from_db()
    return image.held_at is not None


def decide(row: Report, by: Artist, reason: str, **changes: Any) -> Report:
    return moderating.decide(row=row, moderator=by, reason=reason, **({"answer": "", "at": NOON} | changes))


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(Refusal) as caught:
        act()
    return caught.value.code


def test_one_press_hides_and_both_hear_the_end(alice: Artist, bob: Artist, mo: Artist, hang: Hang) -> None:
    image = hang(alice, published=True)
    reader, page = as_(bob), f"/images/{image.handle}/"
    answer = reader.post(f"{page}report", follow=True)
    row = Report.objects.get()
    text = answer.content.decode()
    assert "hidden from everybody but its artist" in text
    assert "A moderator decides by" in text
    assert [browser.get(page).status_code for browser in (reader, Client(), as_(alice))] == [404, 404, 200]
    assert handles(Client().get("/").content.decode()) == []
    reader.post(f"/reports/{row.token}/explain", {"kind": "copy", "words": "My boat"})
    tasks.send_report_letters(row.pk)
    tasks.send_report_letters(row.pk)
    assert sorted(letter.to[0] for letter in mail.outbox) == [alice.email, bob.email]
    assert "bob" not in "".join(letter.body.lower() for letter in mail.outbox if letter.to == [alice.email])

    desk = as_(mo)
    queue = desk.get("/moderate/").content.decode()
    assert "My boat" in queue
    assert not {alice.display_name, bob.display_name, alice.email} & set(queue.split())
    assert desk.get(f"/moderate/reports/{row.pk}/picture.webp").status_code == 200
    desk.post(f"/moderate/reports/{row.pk}/decide", {"reason": "style-alone", "answer": "Drawn anew."})
    assert not held(image)
    tasks.send_report_letters(row.pk)
    assert len(mail.outbox) == 4
    assert all(
        "A way of drawing alone" in letter.body and "Drawn anew." in letter.body for letter in mail.outbox[2:]
    )
    assert "A way of drawing alone" in reader.get(f"/reports/{row.token}/").content.decode()
    assert "A way of drawing alone" in as_(alice).get(page).content.decode()
    assert desk.get(f"/moderate/reports/{row.pk}/picture.webp").status_code == 404


def test_removed_stays_hidden_and_the_artist_appeals(
    alice: Artist, bob: Artist, mo: Artist, hang: Hang
) -> None:
    image = hang(alice, published=True)
    row = decide(file(image, bob), mo, "copy")
    assert (row.state, held(image)) == ("removed", True)
    assert (
        refused(lambda: reporting.appeal(row=row, by_artist=False, words="No", at=NOON)) == "appeal-not-yours"
    )
    late = NOON + report_rules.APPEAL_WITHIN + timedelta(seconds=1)
    assert (
        refused(lambda: reporting.appeal(row=row, by_artist=True, words="No", at=late)) == "appeal-too-late"
    )
    as_(alice).post(f"/images/{image.handle}/reports/{row.pk}/appeal", {"words": "I drew it."})
    row.refresh_from_db()
    assert (row.state, row.appeal, held(image)) == ("appealed", "I drew it.", True)
    other = Artist.objects.create_user("other@example.org")
    other.groups.add(mo.groups.get())
    assert refused(lambda: decide(row, mo, "no-breach")) == "appeal-same-moderator"
    assert decide(row, other, "no-breach").state == "kept-final"
    assert not held(image)
    assert (
        refused(lambda: reporting.appeal(row=row, by_artist=False, words="No", at=NOON)) == "appeal-not-yours"
    )
    assert [event.to_state for event in row.events.all()] == ["open", "removed", "appealed", "kept-final"]


def test_one_decision_for_all_who_reported_the_same(
    alice: Artist, bob: Artist, charlie: Artist, mo: Artist, hang: Hang
) -> None:
    image = hang(alice, published=True)
    first, second = file(image, bob), file(image, charlie)
    assert file(image, bob) == first
    decide(first, mo, "hate")
    second.refresh_from_db()
    assert (second.state, second.reason) == ("removed", "hate")
    assert refused(lambda: decide(second, mo, "no-breach")) == "report-moved-on"
    assert held(image)


def test_for_adults_only_is_an_outcome(alice: Artist, bob: Artist, mo: Artist, hang: Hang) -> None:
    image = hang(alice, published=True)
    decide(file(image, bob), mo, "adult-marked")
    assert not held(image)
    assert image.adult
    assert as_(bob).get(f"/images/{image.handle}/").status_code == 404


def test_a_picture_that_was_looked_at_is_not_hidden_again_at_once(
    alice: Artist, bob: Artist, charlie: Artist, mo: Artist, hang: Hang
) -> None:
    image = hang(alice, published=True)
    decide(file(image, bob), mo, "no-breach")
    again = file(image, charlie)
    assert (again.hid, held(image)) == (False, False)
    later = NOON + report_rules.REVIEWED_FOR + timedelta(days=1)
    assert file(image, None, at=later).hid


def test_who_is_often_wrong_no_longer_hides(alice: Artist, bob: Artist, mo: Artist, hang: Hang) -> None:
    for _ in range(report_rules.WRONG_REPORTS):
        row = file(hang(alice, published=True), bob)
        assert row.hid
        decide(row, mo, "no-breach")
    assert not file(hang(alice, published=True), bob).hid


def test_limits(alice: Artist, bob: Artist, hang: Hang, monkeypatch: pytest.MonkeyPatch) -> None:
    image = hang(alice, published=True)
    assert refused(lambda: file(image, alice)) == "report-own"
    for _ in range(report_rules.REPORTS_A_DAY_FROM_AN_ADDRESS):
        file(image, None)
    assert refused(lambda: file(image, None)) == "report-too-many"
    assert file(image, None, address="192.0.2.8").pk
    monkeypatch.setattr(reporting, "REPORTS_A_DAY", 1)
    file(image, bob)
    assert refused(lambda: file(hang(alice, published=True), bob)) == "report-too-many"
    monkeypatch.setattr(reporting, "UNSIGNED_HIDES_AN_HOUR", 0)
    assert not file(hang(alice, published=True), None, address="192.0.2.9").hid


def test_a_reports_page_is_its_reporters(alice: Artist, bob: Artist, charlie: Artist, hang: Hang) -> None:
    image = hang(alice, published=True)
    signed, unsigned = file(image, bob), file(image, None)
    paths = [f"/reports/{row.token}/" for row in (signed, unsigned)]
    assert [as_(charlie).get(paths[0]).status_code, as_(alice).get(paths[0]).status_code] == [404, 404]
    assert Client().get(paths[1]).status_code == 200
    for path in ("/moderate/", "/moderate/names/", f"/moderate/reports/{signed.pk}/picture.webp"):
        assert as_(alice).get(path).status_code == 403
        assert Client().get(path).status_code == 302


def test_words_and_reasons_are_judged(alice: Artist, bob: Artist, mo: Artist, hang: Hang) -> None:
    row = file(hang(alice, published=True), bob)
    assert refused(lambda: reporting.explain(row=row, kind="x", words="")) == "report-words-unfit"
    assert refused(lambda: decide(row, mo, "because")) == "decision-reason-unknown"
    assert refused(lambda: decide(row, mo, "copy", answer="\u202e")) == "report-words-unfit"
    decide(row, mo, "no-breach")
    assert refused(lambda: reporting.explain(row=row, kind="copy", words="")) == "report-moved-on"
    assert (
        refused(lambda: reporting.appeal(row=row, by_artist=False, words=" ", at=NOON))
        == "report-words-unfit"
    )


def test_the_table_of_moves() -> None:
    assert set(report_states.ALLOWED) == {
        state for moves in report_states.ALLOWED.values() for state in moves
    } | {"open"}
    assert not set(report_rules.KEPT_REASONS) & set(report_rules.REMOVED_REASONS)
