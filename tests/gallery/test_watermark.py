"""The watermark: found after what happens to pictures every day, and not where it is not."""

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from gallery.generation import watermark

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
PICTURES = sorted(SAMPLES.glob("*/*.png"))[::25][:8]


def sample(path: Path, side: int = 128) -> Image.Image:
    """One of the sample artists' pictures on white, as small as the shipped base draws."""
    with Image.open(path) as file:
        picture = file.convert("RGBA")
    ground = Image.new("RGBA", picture.size, "white")
    ground.alpha_composite(picture)
    return ground.convert("RGB").resize((side, side), Image.Resampling.LANCZOS)


def saved(picture: Image.Image, kind: str, **options: object) -> Image.Image:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return Image.open(io.BytesIO(out.getvalue()))


def scaled(picture: Image.Image, by: float) -> Image.Image:
    return picture.resize((round(picture.width * by), round(picture.height * by)), Image.Resampling.BICUBIC)


@pytest.mark.parametrize(
    "harm",
    [
        lambda picture: picture,
        lambda picture: saved(picture, "JPEG", quality=80),
        lambda picture: saved(picture, "WEBP", quality=80),
        lambda picture: scaled(picture, 0.5),
        lambda picture: scaled(picture, 3),
        lambda picture: saved(scaled(picture, 0.75), "JPEG", quality=80),
    ],
    ids=["untouched", "jpeg-80", "webp-80", "half", "three times", "smaller and jpeg"],
)
def test_it_survives(harm: Callable[[Image.Image], Image.Image]) -> None:
    bits = [watermark.read(harm(watermark.mark(sample(path)))).bits for path in PICTURES]
    assert min(bits) >= watermark.SEEN_AT


def test_it_cannot_be_seen() -> None:
    for path in PICTURES:
        picture = sample(path)
        change = np.asarray(picture, float) - np.asarray(watermark.mark(picture), float)
        assert 10 * np.log10(255**2 / (change**2).mean()) > 37  # dB


def test_pictures_without_it_do_not_show_it() -> None:
    assert not [path for path in PICTURES if watermark.read(sample(path)).seen]


def test_what_it_does_not_survive_is_said_so() -> None:
    """The page says that cropping and mirroring lose the mark; should that change, so must the page."""
    marked = watermark.mark(sample(PICTURES[0]))
    assert not watermark.read(marked.crop((8, 8, 120, 120))).seen
    assert not watermark.read(marked.transpose(Image.Transpose.FLIP_LEFT_RIGHT)).seen


def test_too_small_a_picture_stays_as_it_is() -> None:
    tiny = Image.new("RGB", (watermark.SIDE_MIN - 1, 200), "red")
    assert watermark.mark(tiny).tobytes() == tiny.tobytes()
    assert watermark.read(tiny) == watermark.Reading(bits=0, seen=False)


@settings(max_examples=15, deadline=None)
@given(
    width=st.integers(64, 300),
    height=st.integers(64, 300),
    colour=st.tuples(st.integers(0, 255), st.integers(0, 255), st.integers(0, 255)),
)
def test_any_flat_picture_of_any_shape(width: int, height: int, colour: tuple[int, int, int]) -> None:
    plain = Image.new("RGB", (width, height), colour)
    marked = watermark.mark(plain)
    assert marked.size == plain.size
    assert watermark.read(marked).seen
    assert not watermark.read(plain).seen
