"""Keeping the evaluation of a version, and telling federation, whose card shows it."""

from datetime import datetime
from typing import IO, Any
from uuid import UUID

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction

from federation.services import publish
from gallery.models import Evaluation
from gallery.storages import private_images


def record(
    *,
    version_id: UUID,
    sheet: IO[bytes],
    size: tuple[int, int],
    params: list[dict[str, Any]],
    loss: float | None,
    pictures: int,
    draws: int,
    seconds: float,
    at: datetime,
) -> Evaluation:
    """Store the sheet and the figures. Of two workers that did the same, the first one's answer stands."""
    storage = private_images()
    name = storage.save(f"evaluations/{version_id}.png", ContentFile(sheet.read()))
    try:
        with transaction.atomic():
            evaluation = Evaluation.objects.create(
                version_id=version_id,
                held_out_loss=loss,
                held_out_pictures=pictures,
                draws=draws,
                sheet=name,
                sheet_width=size[0],
                sheet_height=size[1],
                params=params,
                seconds=seconds,
                made_at=at,
            )
    except IntegrityError:
        storage.delete(name)
        evaluation = Evaluation.objects.get(version_id=version_id)
    except BaseException:
        storage.delete(name)
        raise
    report(evaluation=evaluation)
    return evaluation


def report(*, evaluation: Evaluation) -> None:
    """Put the figures beside the version's card (federation's own door); safe to repeat."""
    publish.record_evaluation(version_id=evaluation.version_id, evaluation=figures(evaluation))


def figures(evaluation: Evaluation) -> dict[str, Any]:
    """What the card says: the loss as text, so that it reads the same everywhere."""
    loss = evaluation.held_out_loss
    return {
        "held_out_loss": None if loss is None else f"{loss:.6f}",
        "held_out_pictures": evaluation.held_out_pictures,
        "draws": evaluation.draws,
        "sheet": {"width": evaluation.sheet_width, "height": evaluation.sheet_height},
        "made_at": evaluation.made_at.isoformat(),
    }
