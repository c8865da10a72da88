"""Ditto's pull: the squared norm of a change, and less of it the harder it pulls; sizes by shape alone."""

from typing import Any

import numpy as np
import pytest
import torch

from diffusion.adapters import attach, b_spec, default_shape, trainable
from diffusion.dataset import Example
from diffusion.families import denoiser, family_of
from diffusion.pull import Pull
from diffusion.sizes import KNOWN, layers, sent
from diffusion.train import TrainConfig, train_adapter
from tests.diffusion.conftest import SHAPE


def test_it_is_the_norm_of_the_change(adapted: Any) -> None:
    parameters = trainable(adapted, name="a", factors="AB")
    random = torch.Generator().manual_seed(1)
    for parameter in parameters:
        parameter.data = torch.randn(parameter.shape, generator=random)
    total = 0.0
    half = len(parameters) // 2
    for b, a in zip(parameters[:half], parameters[half:], strict=True):
        product = (SHAPE.alpha / SHAPE.rank) * b.flatten(1) @ a.flatten(1)
        total += product.square().sum().item()
    pull = Pull(adapted, name="a", weight=0.5)
    assert pull.squared().item() == pytest.approx(total, rel=1e-5)
    assert pull().item() == pytest.approx(total / 4, rel=1e-5)
    assert Pull(adapted, name="a", weight=0.0)() == 0.0


def test_the_harder_it_pulls_the_less_changes(tiny_base: Any, examples: list[Example]) -> None:
    from diffusion.load import load_base

    norms = []
    for weight in (0.0, 0.1, 10.0):
        pipe = load_base(tiny_base)
        attach(pipe, SHAPE, name="a")
        config = TrainConfig(steps=8, batch=2, lr=1e-2, seed=1, pull=weight)
        train_adapter(pipe, examples, name="a", config=config)
        norms.append(Pull(pipe, name="a", weight=1.0).squared().item())
    assert norms[0] > norms[1] > norms[2] > 0


def test_sizes_by_shape_are_those_of_a_real_adapter(pipe: Any) -> None:
    shape = default_shape(pipe)
    sites = layers(denoiser(pipe), family_of(pipe).every_target)
    attach(pipe, shape, name="a")
    assert sent(sites, "ffa", shape.rank) == sum(int(np.prod(size)) for _, size in b_spec(pipe, name="a"))
    assert sent(sites, "core", 4) == 16 * len(b_spec(pipe, name="a"))


def test_the_full_model_is_counted_as_published() -> None:
    known = KNOWN[0]
    sites = layers(known.denoiser(), known.targets())
    assert (len(sites), sent(sites, "lora", 4), sent(sites, "ffa", 4)) == (128, 797_184, 399_360)
