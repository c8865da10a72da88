"""Measuring: the same noise for every adapter, and sheets a person can look at."""

from typing import Any

import pytest
from PIL import Image

from diffusion.dataset import Example
from diffusion.measure import contact_sheet, held_out_loss


def test_the_loss_repeats_and_depends_on_the_seed(pipe: Any, examples: list[Example]) -> None:
    first = held_out_loss(pipe, examples)
    assert first > 0
    assert held_out_loss(pipe, examples) == first
    assert held_out_loss(pipe, examples, seed=6) != first


def test_a_loss_needs_pictures(pipe: Any) -> None:
    with pytest.raises(ValueError, match="at least one picture"):
        held_out_loss(pipe, [])


def test_a_sheet_has_a_cell_for_every_picture() -> None:
    red, blue = Image.new("RGB", (10, 10), "red"), Image.new("RGB", (20, 20), "blue")
    sheet = contact_sheet(
        ["one", "a very long name that does not fit"], [("r", [red, blue]), ("s", [blue])], cell=40
    )
    left, top, step = 132 + 20, 18 + 20, 44
    assert sheet.getpixel((left, top)) == (255, 0, 0)
    assert sheet.getpixel((left + step, top)) == (0, 0, 255)
    assert sheet.getpixel((left, top + step)) == (0, 0, 255)
    assert sheet.getpixel((left + step, top + step)) == (255, 255, 255)
    assert sheet.size == (132 + 2 * step, 18 + 2 * step)
