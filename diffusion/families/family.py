"""The questions that every family of bases answers, with the answers that most share."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar

import torch
from torch import Tensor

from diffusion.families.words import Words

ATTENTION = ("to_q", "to_k", "to_v", "to_out.0")
LARGE = 100_000_000
"""Parameters of a denoiser above which adapters sit on attention only, and activations are computed twice to save
memory: Stable Diffusion 1.5 has 860 million, the shipped base 4."""


class Family(ABC):
    """One family. `pipeline`: its class in diffusers; `part`: the pipeline's component that adapters sit on."""

    pipeline: ClassVar[type[Any]]
    part: ClassVar[str]
    every_target: ClassVar[tuple[str, ...]]
    attention_targets: ClassVar[tuple[str, ...]] = ATTENTION

    def denoiser(self, pipe: Any) -> Any:
        """The UNet or transformer of `pipe`."""
        return getattr(pipe, self.part)

    def is_large(self, pipe: Any) -> bool:
        """Whether the denoiser has more than LARGE parameters."""
        return bool(sum(p.numel() for p in self.denoiser(pipe).parameters()) > LARGE)

    def targets(self, pipe: Any) -> tuple[str, ...]:
        """Layers that an adapter sits on unless somebody says otherwise, by the ends of their names."""
        return self.attention_targets if self.is_large(pipe) else self.every_target

    def grid(self, pipe: Any) -> int:
        """Sides of pictures are multiples of so many pixels."""
        return int(pipe.vae_scale_factor)

    def sampler(self, pipe: Any) -> Any:
        """The scheduler to draw with."""
        return pipe.scheduler

    @abstractmethod
    def words(self, pipe: Any, captions: Sequence[str]) -> Words:
        """What the base's text encoders make of captions, on the base's device. Call without gradients."""

    def no_words(self, pipe: Any) -> Words:
        """What stands for a caption left out, one row: it must be what guidance later draws away from."""
        return self.words(pipe, [""])

    @abstractmethod
    def loss(self, pipe: Any, model: Any, latents: Tensor, words: Words, random: torch.Generator) -> Tensor:
        """Mean squared error of the prediction of `model` (the denoiser, perhaps wrapped) for noised `latents`.

        Noise and times come from `random`, a CPU generator, whatever the device.
        """

    def drawing(self, pipe: Any) -> dict[str, Any]:
        """Arguments of the pipeline's call that only this family has."""
        return {}

    def guess(self, pipe: Any, before: Tensor | None, after: Tensor, index: int) -> Tensor:
        """The clean latents as they are predicted after step `index` (from 0), for a preview."""
        return after


def spread(many: int, random: torch.Generator) -> Tensor:
    """So many numbers in [0, 1), one in each of as many equal parts, in random order.

    It makes the loss of a small batch much less noisy than independent draws would.
    """
    return (torch.randperm(many, generator=random) + torch.rand(many, generator=random)) / many
