"""Judging a version: the same prompts and seeds for every version, and the loss on pictures nobody trained on."""

import io
import logging
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from federation import selectors as federation
from gallery.generation import preview as encode
from gallery.generation.authority import load_authority
from gallery.generation.credentials import sign_picture
from gallery.generation.params import GenerationParams
from gallery.generation.pipeline import SHARED, ModelSource, draw, warm_pipe
from gallery.generation.run import credentials_folder, made_with, source_of
from gallery.models import Evaluation
from gallery.services import evaluations

if TYPE_CHECKING:
    from PIL.Image import Image

logger = logging.getLogger(__name__)
PROMPTS = ("red heart", "red apple", "tree", "star", "cat face", "house", "fish", "car")
SEEDS = (11, 23)
DRAWS = 2
LOSS_SEED = 5
CELL = 128


@dataclass(frozen=True)
class Judgement:
    """What was measured, ready to be stored."""

    sheet: "Image"
    params: list[dict[str, Any]]
    loss: float | None
    pictures: int


def held_out_folder() -> Path:
    """The pictures that no sample artist trains on; shipped with the project."""
    return Path(settings.BASE_DIR) / "samples" / "held_out"


def cells(version: int) -> list[list[GenerationParams]]:
    """The parameters of the contact sheet, row by row: one row a seed, one column a prompt."""
    return [
        [GenerationParams(prompt=prompt, seed=seed, version=version) for prompt in PROMPTS] for seed in SEEDS
    ]


def judge(source: ModelSource, *, number: int) -> Judgement:
    """Draw the sheet and measure the loss. Seconds per picture, so some half minute on a laptop."""
    from diffusion.measure import contact_sheet

    rows = cells(number)
    drawn = [(f"seed {row[0].seed}", [draw(source, params) for params in row]) for row in rows]
    loss, pictures = _held_out(source)
    return Judgement(
        sheet=contact_sheet(PROMPTS, drawn, cell=CELL),
        params=[params.to_json() for row in rows for params in row],
        loss=loss,
        pictures=pictures,
    )


def _held_out(source: ModelSource) -> tuple[float | None, int]:
    from diffusion.adapters import set_strengths
    from diffusion.dataset import read_folder
    from diffusion.measure import held_out_loss

    folder = held_out_folder()
    if not folder.is_dir():
        logger.warning("no held-out pictures at %s: the loss is left open", folder)
        return None, 0
    examples = read_folder(folder)
    pipe = warm_pipe(source)
    set_strengths(pipe, {SHARED: 1.0})
    return held_out_loss(pipe, examples, seed=LOSS_SEED, draws=DRAWS), len(examples)


def evaluate_version(*, version_id: UUID) -> Evaluation | None:
    """Judge a version once; again does nothing and gives the first answer. None when there is no such version."""
    version = federation.versions().filter(pk=version_id).first()
    if version is None:
        return None
    known = Evaluation.objects.filter(version_id=version_id).first()
    if known is not None:
        evaluations.report(evaluation=known)
        return known
    began = time.monotonic()
    judgement = judge(source_of(version), number=version.number)
    facts = made_with(version, GenerationParams(prompt="evaluation", seed=0, version=version.number))
    authority = load_authority(credentials_folder())
    sheet = sign_picture(
        encode.png_of(judgement.sheet),
        facts,
        authority=authority,
        title=f"Contact sheet of version {version.number}",
    )
    return evaluations.record(
        version_id=version_id,
        sheet=io.BytesIO(sheet),
        size=judgement.sheet.size,
        params=judgement.params,
        loss=judgement.loss,
        pictures=judgement.pictures,
        draws=DRAWS,
        seconds=round(time.monotonic() - began, 2),
        at=timezone.now(),
    )
