"""What the file of one artist says beyond her statements."""

from django.urls import reverse
from django.utils import timezone

from gallery.models import Artist
from tests.consent.desk.life import Life
from tests.consent.desk.seats import seat


def test_a_pause_is_seen_in_the_file(life: Life, connie: Artist) -> None:
    from consent.services import pause_everything

    pause_everything(artist=life.artist, at=timezone.now())
    officer = seat(connie)
    url = reverse("compliance-person", kwargs={"handle": life.artist.handle})
    officer.post(url + "reason", {"reason": "Why is nothing shown?"})
    assert "Everything is paused" in officer.get(url).content.decode()
