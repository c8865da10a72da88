"""The invisible watermark: "made by FedArt", written into the low frequencies of a picture and found again without it.

Spread-transform dither modulation (Chen and Wornell, "Quantization index modulation", IEEE Trans. Inf. Theory 47(4),
2001): each of the BITS bits moves the projection of some DCT coefficients of the luminance onto the nearer of two
interleaved lattices. The coefficients are counted in periods over the whole picture, so scaling does not move them,
and they lie where JPEG keeps most. No key of a person is in it: every picture says the same. Whoever reads this file
can take the mark out again; it helps against forgetting, not against malice.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.fft import dctn, idctn

Plane = NDArray[np.float64]

BITS = 64
LOW, HIGH = 6, 40
"""Half periods across the picture: below LOW are the large shapes, above HIGH what half the size cannot hold."""
SIDE_MIN = 64
"""Pixels of the shorter side: a smaller picture has too few coefficients and takes no mark."""
STEP = 128.0
"""Distance of the lattices of one bit, in units of a 128 pixel picture with values 0 to 255."""
ROUNDS = 12
"""Rounding and clipping to 0..255 undo a little of the mark; it is written again until it stays, at most this often."""
SEEN_AT = 52
"""Bits that must be right. 64 fair coins reach 52 in fewer than 3 of ten million pictures."""
READ_SIDE_MAX = 1024
"""Larger pictures are scaled down before the mark is read."""
_SEED = 0xFEDA47
_UNIT = 128.0


@dataclass(frozen=True)
class Reading:
    """What was found: how many of the BITS bits are those of the tag, and whether that is enough to say so."""

    bits: int
    seen: bool


def _plan() -> tuple[NDArray[np.int64], NDArray[np.int64], Plane, NDArray[np.int64], Plane]:
    """Rows, columns and signs of the coefficients of each bit, the tag, and where each bit's lattice begins."""
    rng = np.random.default_rng(_SEED)
    rows, columns = np.mgrid[0:HIGH, 0:HIGH]
    band = (np.hypot(rows, columns) >= LOW) & (np.hypot(rows, columns) < HIGH)
    places = rng.permutation(np.argwhere(band))
    places = places[: len(places) // BITS * BITS].reshape(BITS, -1, 2)
    signs = rng.choice([-1.0, 1.0], size=places.shape[:2]) / np.sqrt(places.shape[1])
    tag = rng.integers(0, 2, size=BITS)
    return places[..., 0], places[..., 1], signs, tag, rng.uniform(0, STEP, size=BITS)


_ROWS, _COLUMNS, _SIGNS, _TAG, _OFFSET = _plan()


def _gain(shape: tuple[int, ...]) -> float:
    """By how much the DCT's coefficients grow with the picture, against 128 x 128."""
    return float(np.sqrt(shape[0] * shape[1])) / _UNIT


def _projections(coefficients: Plane) -> Plane:
    return (coefficients[_ROWS, _COLUMNS] * _SIGNS).sum(axis=1) / _gain(coefficients.shape)


def _missing(projections: Plane) -> Plane:
    """How far each projection is from the nearest point of its bit's lattice."""
    start = _OFFSET + _TAG * (STEP / 2)
    return np.round((projections - start) / STEP) * STEP + start - projections


def _added(luma: Plane) -> Plane:
    """What must be added to the luminance so that every bit sits on its lattice."""
    projections = _projections(dctn(luma, norm="ortho"))
    change = np.zeros_like(luma)
    change[_ROWS, _COLUMNS] = (_missing(projections) * _gain(luma.shape))[:, None] * _SIGNS
    return np.asarray(idctn(change, norm="ortho"), dtype=np.float64)


def _luma(pixels: Plane) -> Plane:
    return pixels @ np.array([0.299, 0.587, 0.114])


def mark(picture: Image.Image) -> Image.Image:
    """The picture as RGB with the mark in it; unchanged where a side is shorter than SIDE_MIN.

    The change is a faint ripple: about 40 dB below the picture (docs/decisions/0018-watermark.md has figures).
    """
    rgb = picture.convert("RGB")
    if min(rgb.size) < SIDE_MIN:
        return rgb
    wanted = np.asarray(rgb, dtype=np.float64)
    for _ in range(ROUNDS):
        wanted = np.clip(wanted + _added(_luma(wanted))[..., None], 0, 255)
        shown = np.round(wanted)
        if np.abs(_missing(_projections(dctn(_luma(shown), norm="ortho")))).max() < STEP / 16:
            break
    return Image.fromarray(shown.astype(np.uint8))


def read(picture: Image.Image) -> Reading:
    """Look for the mark. Survives saving as JPEG or WebP and scaling; neither cropping nor turning."""
    grey = picture.convert("RGB")
    if min(grey.size) < SIDE_MIN:
        return Reading(bits=0, seen=False)
    if max(grey.size) > READ_SIDE_MAX:
        grey.thumbnail((READ_SIDE_MAX, READ_SIDE_MAX), Image.Resampling.BOX)
    projections = _projections(dctn(_luma(np.asarray(grey, dtype=np.float64)), norm="ortho"))
    right = int((np.abs(_missing(projections)) < STEP / 4).sum())
    return Reading(bits=right, seen=right >= SEEN_AT)
