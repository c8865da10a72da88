"""Ditto's pull (Li et al. 2021): what an adapter changes costs something, so that it changes only what it must.

A personal adapter sits on the frozen shared one, and its change of the weights is W' - W = s BA with s = alpha / rank.
The pull adds lambda/2 times the sum of the squared Frobenius norms of these changes to the loss: lambda 0 is a free
adapter, a very large lambda is the shared one.
"""

from typing import Any

import torch
from peft.tuners.lora import LoraLayer
from torch import Tensor

from diffusion.families import denoiser


class Pull:
    """The pull on the attached adapter `name`, with `weight` (lambda, 0 or more)."""

    def __init__(self, pipe: Any, *, name: str, weight: float) -> None:
        self.weight = weight
        layers = [m for m in denoiser(pipe).modules() if isinstance(m, LoraLayer) and name in m.lora_A]
        self._sites = [
            (m.lora_A[name], m.lora_B[name], (m.lora_alpha[name] / m.r[name]) ** 2) for m in layers
        ]

    def __call__(self) -> Tensor | float:
        """What is added to the loss; with gradients for whatever is trainable."""
        return self.weight / 2 * self.squared() if self.weight else 0.0

    def squared(self) -> Tensor:
        """The sum of the squared norms of the changes, by r x r products: |BA|^2 = <B'B, AA'>."""
        total = torch.zeros((), device=self._sites[0][0].weight.device)
        for a, b, scale in self._sites:
            flat_a, flat_b = a.weight.float().flatten(1), b.weight.float().flatten(1)
            total = total + scale * ((flat_b.T @ flat_b) * (flat_a @ flat_a.T)).sum()
        return total
