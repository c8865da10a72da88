"""A moderator's decision on a report: the picture stays, stays for adults only, or is hidden for good."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from gallery import queue, report_states
from gallery.errors import listed
from gallery.models import Artist, Image, Report
from gallery.models.artist import MODERATOR
from gallery.report_rules import KEPT_REASONS, MARKS_ADULT, REMOVED_REASONS, WORDS_MAX


def decide(*, row: Report, moderator: Artist, reason: str, answer: str, at: datetime) -> Report:
    """Decide by naming the reason: those of KEPT_REASONS show the picture again, those of REMOVED_REASONS do not.

    All reports of the picture that wait for a first look are decided with it; reporter and artist get the outcome and
    the reason. An appeal is decided by somebody else than the first decision, as long as there is anybody else.
    Refusals `decision-reason-unknown`, `report-words-unfit`, `appeal-same-moderator`, `report-moved-on`.
    """
    tidy = " ".join(answer.split())
    if reason not in KEPT_REASONS and reason not in REMOVED_REASONS:
        raise listed("decision-reason-unknown")
    if len(tidy) > WORDS_MAX or not tidy.isprintable():
        raise listed("report-words-unfit")
    if row.state == report_states.APPEALED and row.decided_by_id == moderator.pk and _others(moderator):
        raise listed("appeal-same-moderator")
    with transaction.atomic():
        if row.image_id is not None:
            Image.objects.select_for_update().get(pk=row.image_id)
        for one in _together(row):
            _decide(one, moderator=moderator, reason=reason, answer=tidy, at=at)
        _show_or_hide(row, reason=reason, at=at)
    row.refresh_from_db()
    return row


def _others(moderator: Artist) -> bool:
    return Artist.objects.filter(groups__name=MODERATOR, is_active=True).exclude(pk=moderator.pk).exists()


def _together(row: Report) -> list[Report]:
    if row.state != report_states.OPEN or row.image_id is None:
        return [row]
    same = Report.objects.filter(image_id=row.image_id, state=report_states.OPEN).exclude(pk=row.pk)
    return [row, *same]


def _decide(row: Report, *, moderator: Artist, reason: str, answer: str, at: datetime) -> None:
    stays, second = reason in KEPT_REASONS, row.state == report_states.APPEALED
    first = report_states.KEPT if stays else report_states.REMOVED
    final = report_states.KEPT_FINAL if stays else report_states.REMOVED_FINAL
    report_states.move(
        row,
        to=final if second else first,
        reason=reason,
        at=at,
        answer=answer,
        decided_at=at,
        decided_by=moderator,
    )
    queue.send_on_commit(queue.REPORT_LETTERS, row.pk)


def _show_or_hide(row: Report, *, reason: str, at: datetime) -> None:
    """The picture as this decision wants it; one that another report hid for good stays hidden."""
    if row.image_id is None:  # deleted by its artist meanwhile
        return
    picture = Image.objects.filter(pk=row.image_id)
    if reason in REMOVED_REASONS:
        picture.filter(held_at=None).update(held_at=at)
        return
    if reason == MARKS_ADULT:
        picture.update(adult=True)
    others = Report.objects.filter(image_id=row.image_id).exclude(pk=row.pk)
    gone = Q(state__in=report_states.GONE) | Q(state=report_states.APPEALED, appealed_by_artist=True)
    if not others.filter(gone).exists():
        picture.update(held_at=None)
