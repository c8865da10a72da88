"""Pictures that look alike: a difference hash of 64 bits, and the mean colour, which the hash does not see.

The hash is N. Krawetz' dHash (hackerfactor.com, "Kind of Like That", 2013), as ImageHash has it; that package is not
used because it brings SciPy and PyWavelets to the artist's machine for these few lines.
"""

from collections.abc import Sequence
from typing import NamedTuple

from PIL import Image

MOST_BITS = 5
"""Bits of 64 in which two scans or exports of one picture differ at most."""
MOST_COLOUR = 16
"""Levels of 256 between the mean colours, in each channel."""


class Likeness(NamedTuple):
    """What one picture looks like."""

    bits: int
    colour: tuple[int, int, int]


def likeness(picture: Image.Image) -> Likeness:
    """Of an RGB picture of any size."""
    grey = picture.convert("L").resize((9, 8), Image.Resampling.LANCZOS).tobytes()
    bits = 0
    for at in range(72):
        if at % 9 != 8:
            bits = bits << 1 | (grey[at] < grey[at + 1])
    red, green, blue = picture.convert("RGB").resize((1, 1), Image.Resampling.BOX).tobytes()
    return Likeness(bits, (red, green, blue))


def alike(one: Likeness, other: Likeness) -> bool:
    """Whether somebody might take the two for one picture."""
    near = all(abs(a - b) <= MOST_COLOUR for a, b in zip(one.colour, other.colour, strict=True))
    return near and (one.bits ^ other.bits).bit_count() <= MOST_BITS


def groups(pictures: Sequence[tuple[str, Likeness]]) -> list[tuple[str, ...]]:
    """Names of pictures that look like the first of their group, in the order given; groups of one are left out."""
    found: list[tuple[Likeness, list[str]]] = []
    for name, look in pictures:
        for first, names in found:
            if alike(first, look):
                names.append(name)
                break
        else:
            found.append((look, [name]))
    return [tuple(names) for _, names in found if len(names) > 1]
