"""From a round's mean update to the next version: FedAvg, FedAvgM or FedAdam, and a slower average to draw with.

Everything here reads only what is public after the sum, so it costs no privacy. With t the round, D_t the mean update:

    fedavg    x_t+1 = x_t + rate * D_t
    fedavgm   m_t = momentum * m_t-1 + D_t;  x_t+1 = x_t + rate * m_t                    (Hsu et al. 2019)
    fedadam   m_t = momentum * m_t-1 + (1 - momentum) * D_t                              (Reddi et al. 2021)
              v_t = max(second * v_t-1 + (1 - second) * (D_t^2 - noise), FLOOR^2)
              x_t+1 = x_t + rate * m_t / sqrt(v_t)
    ema       r_t+1 = ema * r_t + (1 - ema) * x_t+1: what is drawn with; rounds go on from x

FedAdam's v is a mean of squares, and noise of variance `noise` in each coordinate of D_t makes it too large by just
that; the variance is public, so it is taken off.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from federation.protocol.errors import refusal

Array = NDArray[np.float64]
KINDS = ("fedavg", "fedavgm", "fedadam")
FLOOR = 1e-3
"""The smallest root mean square that FedAdam divides by: no coordinate moves further than rate * |m| / FLOOR."""


@dataclass(frozen=True)
class ServerStep:
    """One campaign's choice. `rate` above 0; `momentum`, `second` and `ema` from 0 to below 1; `ema` 0 draws with x."""

    kind: str = "fedavg"
    rate: float = 1.0
    momentum: float = 0.9
    second: float = 0.99
    ema: float = 0.0

    def __post_init__(self) -> None:
        shares = (self.momentum, self.second, self.ema)
        if self.kind not in KINDS or not 0 < self.rate <= 100 or not all(0 <= share < 1 for share in shares):
            raise ValueError(
                f"{self} is no server step: one of {KINDS}, rate above 0, shares from 0 to below 1"
            )

    @property
    def parts(self) -> tuple[str, ...]:
        """What is remembered from one round to the next."""
        kept = {"fedavg": (), "fedavgm": ("m",), "fedadam": ("m", "v")}[self.kind]
        return (*kept, "r") if self.ema else kept


@dataclass(frozen=True)
class Stepped:
    """The numbers after a round: `after` to go on from, `drawn` to draw with, `memory` for the next round."""

    after: Array
    drawn: Array
    memory: dict[str, Array]


def step(chosen: ServerStep, before: Array, mean: Array, memory: dict[str, Array], noise: float) -> Stepped:
    """One step from `before` by `mean`. `memory` is the last step's, empty for the first; `noise` the variance per
    coordinate of the noise in `mean`, 0 where none was added."""
    kept: dict[str, Array] = {}
    move = mean
    if chosen.kind != "fedavg":
        old = memory.get("m", np.zeros_like(mean))
        share = 1.0 if chosen.kind == "fedavgm" else 1 - chosen.momentum
        move = kept["m"] = chosen.momentum * old + share * mean
    if chosen.kind == "fedadam":
        old = memory.get("v", np.full_like(mean, FLOOR**2))
        squares = chosen.second * old + (1 - chosen.second) * (mean**2 - noise)
        kept["v"] = np.maximum(squares, FLOOR**2)
        move = kept["m"] / np.sqrt(kept["v"])
    after = before + chosen.rate * move
    drawn = after
    if chosen.ema:
        drawn = kept["r"] = chosen.ema * memory.get("r", before) + (1 - chosen.ema) * after
    return Stepped(after, drawn, kept)


def noise_of_mean(share_variance: int, scale: int, survivors: int) -> float:
    """The variance per coordinate of the noise in a mean, where each of `survivors` added a share of that variance."""
    return share_variance / (float(scale) ** 2 * survivors)


def dumps(chosen: ServerStep, memory: dict[str, Array]) -> bytes:
    """The memory as bytes: the parts in the order of `parts`, each little-endian float64."""
    return b"".join(memory[part].astype("<f8").tobytes() for part in chosen.parts)


def loads(chosen: ServerStep, data: bytes, length: int) -> dict[str, Array]:
    """The memory of a vector of `length`; empty bytes are none. Raises Refusal `blob-damaged`."""
    if not data:
        return {}
    if len(data) != 8 * length * len(chosen.parts):
        raise refusal("blob-damaged", "It is what the server remembers of the last step.")
    rows = np.frombuffer(data, "<f8").reshape(len(chosen.parts), length)
    return {part: row.astype(np.float64) for part, row in zip(chosen.parts, rows, strict=True)}
