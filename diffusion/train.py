"""Trains one adapter on one artist's pictures: the whole loop in one function."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from diffusers import StableDiffusionPipeline

from diffusion.adapters import trainable
from diffusion.dataset import Example
from diffusion.noise import denoising_loss, encode_captions, encode_pictures

WARM_UP = 10
WINDOW = 5
CLIP = 1.0


@dataclass(frozen=True)
class TrainConfig:
    """`steps` 1 to 100,000 of `batch` 1 to 256 pictures at the top rate `lr`; `seed` fixes every draw;
    `threads` of the CPU (None: torch's own choice); `caption_dropout` 0 to 1 is how often a caption is left
    out, so that guidance keeps working."""

    steps: int = 60
    batch: int = 8
    lr: float = 4e-3
    seed: int = 0
    threads: int | None = 1
    caption_dropout: float = 0.1

    def __post_init__(self) -> None:
        if not 1 <= self.steps <= 100_000 or not 1 <= self.batch <= 256 or not 0 < self.lr <= 1:
            raise ValueError(f"{self}: steps 1 to 100000, batch 1 to 256, lr above 0 and at most 1")
        if not 0 <= self.caption_dropout <= 1 or (self.threads is not None and self.threads < 1):
            raise ValueError(f"{self}: caption_dropout 0 to 1, threads at least 1 or None")


DEFAULT = TrainConfig()


@dataclass(frozen=True)
class TrainReport:
    """What a training did: `steps` made, mean loss of its first and last five steps, `seconds` of wall
    clock."""

    steps: int
    first_loss: float
    last_loss: float
    seconds: float
    examples: int


def train_adapter(
    pipe: StableDiffusionPipeline,
    examples: Sequence[Example],
    *,
    name: str,
    config: TrainConfig,
    on_step: Callable[[int, int, float], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> TrainReport:
    """Trains B of the attached adapter `name`, from where it stands, with the strengths that are set.

    `on_step(step, steps, loss)` after each step, counted from 1. When `should_stop()` is true the training
    ends early and reports the steps made: B is usable at any time. Deterministic for the same machine and
    `config`. Raises ValueError without examples or adapter, FolderError for a picture that cannot be read.
    """
    if not examples:
        raise ValueError("There is nothing to train on: give at least one picture.")
    began, losses = time.monotonic(), list[float]()
    with _threads(config.threads):
        parameters = trainable(pipe, name=name)
        random = torch.Generator().manual_seed(config.seed)
        optimiser = torch.optim.AdamW(parameters, config.lr, weight_decay=0.0)
        latents = encode_pictures(pipe, examples)
        states = encode_captions(pipe, [e.caption for e in examples])
        empty = encode_captions(pipe, [""])
        try:
            for step in range(1, config.steps + 1):
                if should_stop is not None and should_stop():
                    break
                for group in optimiser.param_groups:
                    group["lr"] = config.lr * _slope(step, config.steps)
                rows = torch.randint(len(examples), (config.batch,), generator=random)
                dropped = torch.rand(config.batch, generator=random) < config.caption_dropout
                words = torch.where(dropped.view(-1, 1, 1).to(states.device), empty, states[rows])
                loss = denoising_loss(pipe, latents[rows], words, random)
                optimiser.zero_grad(set_to_none=True)
                loss.backward()  # type: ignore[no-untyped-call]
                torch.nn.utils.clip_grad_norm_(parameters, CLIP)
                optimiser.step()
                losses.append(loss.item())
                if on_step is not None:
                    on_step(step, config.steps, losses[-1])
        finally:
            pipe.unet.requires_grad_(False)
    first, last = losses[:WINDOW] or [float("nan")], losses[-WINDOW:] or [float("nan")]
    seconds = time.monotonic() - began
    return TrainReport(len(losses), sum(first) / len(first), sum(last) / len(last), seconds, len(examples))


def _slope(step: int, steps: int) -> float:
    """Share of the top rate: up over the first ten steps, linearly down to a tenth at the end."""
    return min(1.0, step / min(WARM_UP, steps)) * (1 - 0.9 * step / steps)


@contextmanager
def _threads(number: int | None) -> Iterator[None]:
    before = torch.get_num_threads()
    if number is not None:
        torch.set_num_threads(number)
    try:
        yield
    finally:
        torch.set_num_threads(before)
