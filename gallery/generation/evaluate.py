"""Judging a version: the same prompts and seeds for every version, and the loss on pictures nobody trained on."""

import io
import logging
import time
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.core.files.base import ContentFile
from django.utils import timezone

from federation import selectors as federation
from gallery import queue, selectors
from gallery.generation import preview as encode
from gallery.generation import watermark
from gallery.generation.authority import load_authority
from gallery.generation.credentials import sign_picture
from gallery.generation.params import GenerationParams
from gallery.generation.pipeline import ModelSource, Order, draw_batch, warm_pipe
from gallery.generation.run import credentials_folder, made_with, source_of
from gallery.models import Evaluation
from gallery.services import evaluations
from gallery.storages import private_images

if TYPE_CHECKING:
    from PIL.Image import Image

logger = logging.getLogger(__name__)
PROMPTS = ("red heart", "red apple", "tree", "star", "cat face", "house", "fish", "car")
SEEDS = (11, 23)
AT_ONCE = len(PROMPTS)
DRAWS = 2
LOSS_SEED = 5
CELL = 128


def held_out_folder() -> Path:
    """The pictures that no sample artist trains on; shipped with the project."""
    return Path(settings.BASE_DIR) / "samples" / "held_out"


def cells(version: int) -> list[GenerationParams]:
    """The parameters of the contact sheet, row by row: one row a seed, one column a prompt."""
    return [
        GenerationParams(prompt=prompt, seed=seed, version=version, steps=settings.EVALUATION_STEPS)
        for seed in SEEDS
        for prompt in PROMPTS
    ]


def cell_name(version_id: UUID, number: int) -> str:
    """Where the drawn cell of an unfinished sheet lies in the storage "images"."""
    return f"evaluations/{version_id}/{number}.png"


def draw_missing(version_id: UUID, source: ModelSource, wanted: list[GenerationParams]) -> bool:
    """Draw the cells that are not there yet; False when it stopped because artists wait for the worker.

    At least one row is drawn each time, so that a busy studio slows an evaluation down and never stops it.
    """
    storage = private_images()
    missing = [
        (cell_name(version_id, number), params)
        for number, params in enumerate(wanted)
        if not storage.exists(cell_name(version_id, number))
    ]
    for at in range(0, len(missing), AT_ONCE):
        if at and selectors.anybody_waits():
            return False
        part = missing[at : at + AT_ONCE]
        pictures = draw_batch([Order(source, params) for _, params in part])
        for (name, _), picture in zip(part, pictures, strict=True):
            storage.save(name, ContentFile(encode.png_of(picture, marked=False)))
    return True


def sheet_of(version_id: UUID) -> "Image":
    """The contact sheet, put together from the drawn cells."""
    from diffusion.measure import contact_sheet

    drawn = iter(range(len(SEEDS) * len(PROMPTS)))
    rows = [(f"seed {seed}", [_cell(version_id, next(drawn)) for _ in PROMPTS]) for seed in SEEDS]
    return contact_sheet(PROMPTS, rows, cell=CELL)


def _cell(version_id: UUID, number: int) -> "Image":
    from PIL import Image as Picture

    name = cell_name(version_id, number)
    with private_images().open(name) as file:
        data = file.read()
    try:
        return Picture.open(io.BytesIO(data)).convert("RGB")
    except OSError:  # a worker died while writing it: the next run draws it again
        private_images().delete(name)
        raise


def _held_out(source: ModelSource) -> tuple[float | None, int]:
    from diffusion.dataset import read_folder
    from diffusion.measure import held_out_loss

    folder = held_out_folder()
    if not folder.is_dir():
        logger.warning("no held-out pictures at %s: the loss is left open", folder)
        return None, 0
    examples = read_folder(folder)
    pipe = warm_pipe(source)
    return held_out_loss(pipe, examples, seed=LOSS_SEED, draws=DRAWS), len(examples)


def evaluate_version(*, version_id: UUID) -> Evaluation | None:
    """Judge a version once; again does nothing and gives the first answer.

    None when there is no such version, or when it made way for artists and went to the end of the queue.
    """
    version = federation.versions().filter(pk=version_id).first()
    if version is None:
        return None
    known = Evaluation.objects.filter(version_id=version_id).first()
    if known is not None:
        evaluations.report(evaluation=known)
        return known
    began = time.monotonic()
    source = source_of(version)
    wanted = cells(version.number)
    if not draw_missing(version_id, source, wanted):
        queue.queue_evaluation(version_id)
        return None
    loss, pictures = _held_out(source)
    sheet = sheet_of(version_id)
    facts = made_with(version, wanted[0])
    marked = sign_picture(
        encode.png_of(watermark.mark(sheet)),
        facts,
        authority=load_authority(credentials_folder()),
        title=f"Contact sheet of version {version.number}",
    )
    made = evaluations.record(
        version_id=version_id,
        sheet=io.BytesIO(marked),
        size=sheet.size,
        params=[params.to_json() for params in wanted],
        loss=loss,
        pictures=pictures,
        draws=DRAWS,
        seconds=round(time.monotonic() - began, 2),
        at=timezone.now(),
    )
    for number in range(len(wanted)):
        private_images().delete(cell_name(version_id, number))
    return made
