"""Measures a base with its adapters: held-out loss with fixed noise, and contact sheets for the eye."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from PIL import Image, ImageDraw, ImageFont

from diffusion.adapters import set_strengths, strengths
from diffusion.dataset import Example
from diffusion.families import denoiser, family_of
from diffusion.latents import encode_pictures
from diffusion.sample import MAX_PROMPT, Look, Stopped, Wish, sample

AT_ONCE = 32
GAP, HEAD, SIDE = 4, 18, 132
"""Pixels between cells, of the line of column names, and of the column of row names."""


@torch.no_grad()
def held_out_loss(pipe: Any, examples: Sequence[Example], *, seed: int = 5, draws: int = 2) -> float:
    """Mean denoising loss over pictures that were not trained on; every picture is noised `draws` times.

    Noise and times depend only on `seed` and the number of examples, so two adapters are measured alike and
    small differences count. Raises ValueError without examples.
    """
    if not examples:
        raise ValueError("A held-out loss needs at least one picture.")
    family, model = family_of(pipe), denoiser(pipe)
    latents, words = encode_pictures(pipe, examples), family.words(pipe, [e.caption for e in examples])
    random, total = torch.Generator().manual_seed(seed), 0.0
    for _ in range(draws):
        for at in range(0, len(examples), AT_ONCE):
            part = slice(at, at + AT_ONCE)
            loss = family.loss(pipe, model, latents[part], words[part], random)
            total += float(loss) * len(latents[part])
    return total / (draws * len(examples))


def before_and_after(
    pipe: Any,
    prompts: Sequence[str],
    *,
    name: str,
    seed: int = 0,
    should_stop: Callable[[], bool] | None = None,
) -> Image.Image:
    """A sheet with a column for each prompt: drawn without the adapter `name` above, and below with it as strong as it
    is now, from the same noise. Strengths are left as they were.

    Raises ValueError where `name` is not attached, Stopped when `should_stop()` is true.
    """
    before = strengths(pipe)
    if name not in before:
        raise ValueError(f"No adapter called {name!r} is attached; there are {sorted(before)}.")
    if should_stop is not None and should_stop():
        raise Stopped

    def go_on(step: int, look: Look) -> bool:
        return should_stop is None or not should_stop()

    rows = []
    try:
        for title, on in (("before", {**before, name: 0.0}), ("after", before)):
            set_strengths(pipe, on)
            wanted = [Wish(prompt[:MAX_PROMPT], seed) for prompt in prompts]
            rows.append((title, [sample(pipe, one, on_step=go_on) for one in wanted]))
    finally:
        set_strengths(pipe, before)
    return contact_sheet(prompts, rows)


def contact_sheet(
    columns: Sequence[str], rows: Sequence[tuple[str, Sequence[Image.Image]]], *, cell: int = 128
) -> Image.Image:
    """Pictures in a table with names above and at the left, `cell` pixels each; rows may be shorter than
    `columns`."""
    size = (SIDE + len(columns) * (cell + GAP), HEAD + len(rows) * (cell + GAP))
    sheet = Image.new("RGB", size, "white")
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(13)
    for column, name in enumerate(columns):
        pen.text((SIDE + column * (cell + GAP), 1), _cut(pen, name, cell, font), fill="black", font=font)
    for row, (name, pictures) in enumerate(rows):
        top = HEAD + row * (cell + GAP)
        pen.text((2, top + cell // 2 - 8), _cut(pen, name, SIDE - 6, font), fill="black", font=font)
        for column, picture in enumerate(pictures):
            fitted = picture.convert("RGB").resize((cell, cell), Image.Resampling.LANCZOS)
            sheet.paste(fitted, (SIDE + column * (cell + GAP), top))
    return sheet


def _cut(
    pen: ImageDraw.ImageDraw, text: str, width: int, font: ImageFont.ImageFont | ImageFont.FreeTypeFont
) -> str:
    while text and pen.textlength(text, font=font) > width:
        text = text[:-1]
    return text
