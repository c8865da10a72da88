"""Reporting a picture: hidden at once, unless the report comes from where too many wrong ones came."""

from datetime import datetime, timedelta

from django.db import transaction

from gallery import pace, queue, report_states
from gallery.errors import listed
from gallery.models import Artist, Image, Report, ReportEvent
from gallery.report_rules import (
    APPEAL_WITHIN,
    KINDS,
    REPORTS_A_DAY,
    REPORTS_A_DAY_FROM_AN_ADDRESS,
    REVIEW_WITHIN,
    REVIEWED_FOR,
    UNSIGNED_HIDES_AN_HOUR,
    WORDS_MAX,
    WRONG_REPORTS,
    WRONG_REPORTS_IN,
)

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def report(*, image: Image, reporter: Artist | None, address: str, at: datetime) -> Report:
    """Report a published picture. One press is enough; what is wrong can be said afterwards (`explain`).

    Pressing again gives the first report back. Refusals `report-own`, `report-too-many`.
    """
    if reporter is not None and reporter.pk == image.artist_id:
        raise listed("report-own")
    if reporter is not None:
        known = Report.objects.filter(image=image, reporter=reporter, state__in=report_states.WAITING).first()
        if known is not None:
            return known
    _refuse_too_many(reporter, address, at)
    with transaction.atomic():
        Image.objects.select_for_update().get(pk=image.pk)
        hides = _hides(image, reporter, at)
        row = Report.objects.create(
            image=image, reporter=reporter, hid=hides, at=at, due_at=at + REVIEW_WITHIN
        )
        ReportEvent.objects.create(report=row, to_state=report_states.OPEN, at=at)
        if hides:
            Image.objects.filter(pk=image.pk, held_at=None).update(held_at=at)
        queue.send_on_commit(queue.REPORT_LETTERS, row.pk)
    return row


def _refuse_too_many(reporter: Artist | None, address: str, at: datetime) -> None:
    if reporter is not None:
        if Report.objects.filter(reporter=reporter, at__gt=at - DAY).count() >= REPORTS_A_DAY:
            raise listed("report-too-many")
    elif not pace.within(f"report:{address}", most=REPORTS_A_DAY_FROM_AN_ADDRESS, period=DAY):
        raise listed("report-too-many")


def _hides(image: Image, reporter: Artist | None, at: datetime) -> bool:
    """Whether this report hides the picture before anybody looked (gallery/report_rules.py has the bounds)."""
    reviewed = Report.objects.filter(
        image=image, state__in=report_states.STAYS, decided_at__gt=at - REVIEWED_FOR
    )
    if reviewed.exists():
        return False
    if reporter is None:
        return pace.within("report-hides", most=UNSIGNED_HIDES_AN_HOUR, period=HOUR)
    past = Report.objects.filter(reporter=reporter, at__gt=at - WRONG_REPORTS_IN)
    wrong = past.filter(state__in=report_states.STAYS).count() >= WRONG_REPORTS
    return not wrong or past.filter(state__in=report_states.GONE).exists()


def explain(*, row: Report, kind: str, words: str) -> Report:
    """Add what is wrong, while nobody has decided. Refusals `report-moved-on`, `report-words-unfit`."""
    tidy = " ".join(words.split())
    if kind not in KINDS or len(tidy) > WORDS_MAX or not tidy.isprintable():
        raise listed("report-words-unfit")
    if not Report.objects.filter(pk=row.pk, state=report_states.OPEN).update(kind=kind, words=tidy):
        raise listed("report-moved-on")
    row.refresh_from_db()
    return row


def appeal(*, row: Report, by_artist: bool, words: str, at: datetime) -> Report:
    """Ask for a second look, once, by the side the decision went against. Another moderator decides.

    The artist after "removed", the reporter after "kept". Refusals `appeal-not-yours`, `appeal-too-late`,
    `report-words-unfit`, `report-moved-on`.
    """
    tidy = " ".join(words.split())
    if not tidy or len(tidy) > WORDS_MAX or not tidy.isprintable():
        raise listed("report-words-unfit")
    if row.state != (report_states.REMOVED if by_artist else report_states.KEPT):
        raise listed("appeal-not-yours")
    if row.decided_at is None or at > row.decided_at + APPEAL_WITHIN:
        raise listed("appeal-too-late")
    return report_states.move(
        row,
        to=report_states.APPEALED,
        at=at,
        appeal=tidy,
        appealed_by_artist=by_artist,
        due_at=at + REVIEW_WITHIN,
    )
