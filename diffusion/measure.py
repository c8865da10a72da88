"""Measures a base with its adapters: held-out loss with fixed noise, and contact sheets for the eye."""

from collections.abc import Sequence

import torch
from diffusers import StableDiffusionPipeline
from PIL import Image, ImageDraw, ImageFont

from diffusion.dataset import Example
from diffusion.noise import denoising_loss, encode_captions, encode_pictures

AT_ONCE = 32
GAP, HEAD, SIDE = 4, 18, 132
"""Pixels between cells, of the line of column names, and of the column of row names."""


@torch.no_grad()
def held_out_loss(
    pipe: StableDiffusionPipeline, examples: Sequence[Example], *, seed: int = 5, draws: int = 2
) -> float:
    """Mean denoising loss over pictures that were not trained on; every picture is noised `draws` times.

    Noise and times depend only on `seed` and the number of examples, so two adapters are measured alike and
    small differences count. Raises ValueError without examples.
    """
    if not examples:
        raise ValueError("A held-out loss needs at least one picture.")
    latents, states = encode_pictures(pipe, examples), encode_captions(pipe, [e.caption for e in examples])
    random, total = torch.Generator().manual_seed(seed), 0.0
    for _ in range(draws):
        for at in range(0, len(examples), AT_ONCE):
            part = slice(at, at + AT_ONCE)
            loss = denoising_loss(pipe, latents[part], states[part], random)
            total += float(loss) * len(latents[part])
    return total / (draws * len(examples))


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
