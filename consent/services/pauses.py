"""Pause everything, and resume: one press each. Nothing is deleted and no statement changes."""

from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from consent.models import Pause
from consent.services.ledger import append_entry, lock_head
from consent.services.people import subject_of


def pause_everything(*, artist: AbstractBaseUser, at: datetime) -> tuple[Pause, bool]:
    """From now on no permission of this artist is in force: (the pause, begun now?). Idempotent."""
    with transaction.atomic():
        lock_head()
        pause = Pause.objects.filter(artist_id=artist.pk, ended_at=None).first()
        if pause is not None:
            return pause, False
        pause = Pause.objects.create(artist_id=artist.pk, began_at=at)
        _log(artist.pk, event="paused", at=at)
    return pause, True


def resume_everything(*, artist: AbstractBaseUser, at: datetime) -> bool:
    """What was granted before is in force again, as far as it still would be; False where nothing was paused."""
    with transaction.atomic():
        lock_head()
        ended = Pause.objects.filter(artist_id=artist.pk, ended_at=None).update(ended_at=at)
        if ended:
            _log(artist.pk, event="resumed", at=at)
    return bool(ended)


def _log(artist_id: int, *, event: str, at: datetime) -> None:
    append_entry(kind="pause", body={"subject": subject_of(artist_id=artist_id).urn, "event": event}, at=at)
