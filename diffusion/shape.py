"""What an adapter is, and its frozen factor A, which everybody makes for themselves from a public seed.

A's rows are orthonormal and come from numpy and a hash, not from torch's generator, whose stream is not promised
across versions.
"""

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diffusion.families.unet import UNET_TARGETS

Array = NDArray[np.float32]
ALL_TARGETS = UNET_TARGETS
GRAIN = 2.0**-14
"""A is rounded to multiples of this, so that the last bit of a linear algebra library cannot show."""


@dataclass(frozen=True)
class LoraShape:
    """What an adapter is: `rank` 1 to 64, `alpha` (the product BA is scaled by alpha / rank), the `targets`
    by the end of the layer's name, and the public `seed` of A."""

    rank: int
    alpha: float
    targets: tuple[str, ...]
    seed: int

    def __post_init__(self) -> None:
        if not 1 <= self.rank <= 64 or not self.alpha > 0 or not self.targets or not 0 <= self.seed < 2**64:
            raise ValueError(f"{self} is no adapter: rank 1 to 64, alpha above 0, a target, seed below 2**64")


DEFAULT_SHAPE = LoraShape(rank=8, alpha=16.0, targets=ALL_TARGETS, seed=2024)
"""On the shipped base; `diffusion.adapters.default_shape` knows what suits any other."""


def public_a(tensor: str, shape: tuple[int, ...], *, seed: int) -> Array:
    """The frozen factor of the tensor called `tensor`: the first axis counts rows, which are orthonormal to
    1e-3.

    Raises ValueError where there are more rows (the rank) than the layer has inputs.
    """
    rows, width = shape[0], int(np.prod(shape[1:]))
    if rows > width:
        raise ValueError(f"rank {rows} is too high for {tensor}, which has {width} inputs")
    grained = _orthonormal(f"fedart/A/1\n{seed}\n{tensor}", width, rows).T
    return np.ascontiguousarray(grained.reshape(shape), dtype=np.float32)


def public_u(tensor: str, shape: tuple[int, ...], *, seed: int) -> Array:
    """The other frozen factor, of a core adapter: outputs x rank, with orthonormal columns, for the B called `tensor`.

    Raises ValueError where there are more columns (the rank) than the layer has outputs.
    """
    outputs, rank = shape
    if rank > outputs:
        raise ValueError(f"rank {rank} is too high for {tensor}, which has {outputs} outputs")
    return np.ascontiguousarray(
        _orthonormal(f"fedart/U/1\n{seed}\n{tensor}", outputs, rank), dtype=np.float32
    )


def _orthonormal(label: str, rows: int, columns: int) -> NDArray[np.float64]:
    """Orthonormal columns from a label, in multiples of GRAIN."""
    generator = np.random.Generator(np.random.PCG64(int.from_bytes(hashlib.sha256(label.encode()).digest())))
    q, r = np.linalg.qr(generator.standard_normal((rows, columns)))
    q = q * np.sign(np.diag(r))  # a library may choose either sign: fix it
    grained: NDArray[np.float64] = np.round(q / GRAIN) * GRAIN
    return grained
