"""Letters about a report: both sides are told where it stands, each once for each state."""

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string

from gallery.models import Report


def tell(*, report_id: int) -> int:
    """Write to the reporter and the picture's artist, as far as they have accounts; how many letters went out.

    The state that was told is written first: run twice, nobody gets two letters. A letter that the mail server
    refuses is lost; the pages of both say the same.
    """
    row = Report.objects.select_related("image__artist", "reporter").filter(pk=report_id).first()
    if row is None or not Report.objects.filter(pk=row.pk).exclude(told=row.state).update(told=row.state):
        return 0
    sent = 0
    if row.reporter is not None and row.reporter.is_active:
        sent += _send(row, row.reporter.email, to_artist=False)
    if row.image is not None and row.image.artist.is_active:
        sent += _send(row, row.image.artist.email, to_artist=True)
    return sent


def _send(row: Report, address: str, *, to_artist: bool) -> int:
    assert row.image is not None or not to_artist
    path = f"/images/{row.image.handle}/" if to_artist and row.image else f"/reports/{row.token}/"
    context = {"report": row, "to_artist": to_artist, "link": f"{settings.PUBLIC_ORIGIN}{path}"}
    text = render_to_string("gallery/letters/report.txt", context)
    about = "a picture of yours was reported" if to_artist else "your report"
    return send_mail(f"FedArt: {about}", text, None, [address], fail_silently=True)
