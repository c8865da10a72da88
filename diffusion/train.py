"""Trains one adapter on one artist's pictures: the whole loop in one function."""

import hashlib
import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

import torch
from accelerate import Accelerator
from torch import Tensor

from diffusion import device
from diffusion.checkpoint import Checkpoint, Course
from diffusion.dataset import Example
from diffusion.families import Words, denoiser, family_of
from diffusion.latents import encode_pictures
from diffusion.pull import Pull
from diffusion.shared import training

WARM_UP = 10
WINDOW = 5
CLIP = 1.0


@dataclass(frozen=True)
class TrainConfig:
    """`steps` 1 to 100,000 of `batch` 1 to 256 pictures at the top rate `lr`; `seed` fixes every draw;
    `threads` of the CPU (None: torch's own choice); `caption_dropout` 0 to 1 is how often a caption is left
    out, so that guidance keeps working; `factors` "B" (FFA-LoRA: A stays as the public seed made it), "AB" (LoRA)
    or "R" (core, in the public frame of the seed `frame`: diffusion/shared.py); `checkpointing`: activations are
    computed twice instead of kept (None: for a large base); `pull` 0 or more: Ditto's lambda (diffusion/pull.py), for a
    personal adapter."""

    steps: int = 60
    batch: int = 8
    lr: float = 4e-3
    seed: int = 0
    threads: int | None = 1
    caption_dropout: float = 0.1
    factors: str = "B"
    checkpointing: bool | None = None
    pull: float = 0.0
    frame: int = 0

    def __post_init__(self) -> None:
        if not 1 <= self.steps <= 100_000 or not 1 <= self.batch <= 256 or not 0 < self.lr <= 1:
            raise ValueError(f"{self}: steps 1 to 100000, batch 1 to 256, lr above 0 and at most 1")
        if not 0 <= self.caption_dropout <= 1 or (self.threads is not None and self.threads < 1):
            raise ValueError(f"{self}: caption_dropout 0 to 1, threads at least 1 or None")
        if self.factors not in ("B", "AB", "R") or not 0 <= self.pull < float("inf"):
            raise ValueError(f'{self}: factors "B", "AB" or "R", pull 0 or more')


DEFAULT = TrainConfig()


@dataclass(frozen=True)
class TrainReport:
    """What a training did: `steps` made in all, of which `resumed` in an earlier run; mean loss of its first and last
    five steps, `seconds` of wall clock of this run."""

    steps: int
    first_loss: float
    last_loss: float
    seconds: float
    examples: int
    resumed: int = 0


def train_adapter(
    pipe: Any,
    examples: Sequence[Example],
    *,
    name: str,
    config: TrainConfig,
    on_step: Callable[[int, int, float], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
    checkpoint: Checkpoint | None = None,
) -> TrainReport:
    """Trains the attached adapter `name`, from where it stands, with the strengths that are set.

    `on_step(step, steps, loss)` after each step, counted from 1. When `should_stop()` is true the training ends early,
    writes a `checkpoint` where one is given, and reports the steps made: the adapter is usable at any time. With the
    same `checkpoint` the next call goes on where the last one was, whatever ended it. Deterministic for the same
    machine and `config`. Raises ValueError without examples or adapter, FolderError for a picture that cannot be read.
    """
    if not examples:
        raise ValueError("There is nothing to train on: give at least one picture.")
    began, family = time.monotonic(), family_of(pipe)
    with _trained(pipe, name, config) as (accelerator, parameters):
        adamw = torch.optim.AdamW(parameters, config.lr, weight_decay=0.0)
        lessons, pull = _Lessons.of(pipe, examples), Pull(pipe, name=name, weight=config.pull)
        _recompute(pipe, config)
        model, optimiser = accelerator.prepare(denoiser(pipe), adamw)
        random = torch.Generator().manual_seed(config.seed)
        course = Course(parameters, adamw, random, _ground(config, examples, parameters), accelerator.scaler)
        resumed = len(course.losses) if checkpoint and course.resume(checkpoint) else 0
        try:
            for step in range(resumed + 1, config.steps + 1):
                if should_stop is not None and should_stop():
                    break
                adamw.param_groups[0]["lr"] = config.lr * _slope(step, config.steps)
                latents, words = lessons.draw(config, random)
                loss = family.loss(pipe, model, latents, words, random) + pull()
                accelerator.backward(loss)
                accelerator.clip_grad_norm_(parameters, CLIP)
                optimiser.step()
                optimiser.zero_grad(set_to_none=True)
                course.losses.append(loss.item())
                if checkpoint is not None and checkpoint.due():
                    course.save(checkpoint)
                if on_step is not None:
                    on_step(step, config.steps, course.losses[-1])
            if checkpoint is not None and len(course.losses) > resumed:
                course.save(checkpoint)
        finally:
            accelerator.unwrap_model(model, keep_fp32_wrapper=False).requires_grad_(False)
    return _report(course.losses, resumed, time.monotonic() - began, len(examples))


@contextmanager
def _trained(
    pipe: Any, name: str, config: TrainConfig
) -> Iterator[tuple[Accelerator, list[torch.nn.Parameter]]]:
    """accelerate on the base's device, and what is trained; all is put back afterwards."""
    with (
        device.threads(config.threads),
        device.accelerator(device.of_pipe(pipe)) as accelerator,
        training(pipe, name=name, factors=config.factors, seed=config.frame) as parameters,
    ):
        yield accelerator, parameters


def _recompute(pipe: Any, config: TrainConfig) -> None:
    """Gradient checkpointing on or off: a third more work, and far less memory for a large base."""
    wanted = family_of(pipe).is_large(pipe) if config.checkpointing is None else config.checkpointing
    model = denoiser(pipe)
    (model.enable_gradient_checkpointing if wanted else model.disable_gradient_checkpointing)()


@dataclass(frozen=True)
class _Lessons:
    """The pictures and captions as the base sees them, encoded once, and what stands for no caption."""

    latents: Tensor
    words: Words
    empty: Words

    @classmethod
    @torch.no_grad()
    def of(cls, pipe: Any, examples: Sequence[Example]) -> "_Lessons":
        family = family_of(pipe)
        captions = [example.caption for example in examples]
        return cls(encode_pictures(pipe, examples), family.words(pipe, captions), family.no_words(pipe))

    def draw(self, config: TrainConfig, random: torch.Generator) -> tuple[Tensor, Words]:
        """A batch; some of its captions are left out."""
        rows = torch.randint(len(self.latents), (config.batch,), generator=random)
        dropped = torch.rand(config.batch, generator=random) < config.caption_dropout
        return self.latents[rows], self.words[rows].emptied(dropped, self.empty)


def _ground(config: TrainConfig, examples: Sequence[Example], start: Sequence[torch.nn.Parameter]) -> str:
    """A hash of what a training depends on: its terms, the pictures, the numbers that it starts from."""
    works = [[example.path.name, example.caption, example.sha256] for example in examples]
    ground = hashlib.sha256(json.dumps([asdict(config) | {"threads": 0}, works]).encode())
    for parameter in start:
        ground.update(parameter.detach().float().cpu().numpy().tobytes())
    return ground.hexdigest()


def _report(losses: Sequence[float], resumed: int, seconds: float, examples: int) -> TrainReport:
    first, last = losses[:WINDOW] or [float("nan")], losses[-WINDOW:] or [float("nan")]
    means = sum(first) / len(first), sum(last) / len(last)
    return TrainReport(len(losses), *means, seconds=seconds, examples=examples, resumed=resumed)


def _slope(step: int, steps: int) -> float:
    """Share of the top rate: up over the first ten steps, linearly down to a tenth at the end."""
    return min(1.0, step / min(WARM_UP, steps)) * (1 - 0.9 * step / steps)
