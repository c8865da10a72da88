"""A tiny base, written once, and a few pictures that a test can train on."""

import warnings
from pathlib import Path
from typing import Any

import pytest

with warnings.catch_warnings():  # what the libraries warn of on import is not ours to mend
    warnings.simplefilter("ignore")
    import diffusers
    import peft  # noqa: F401
    import torch
    from PIL import Image, ImageDraw

from diffusion.adapters import LoraShape, attach
from diffusion.dataset import Example
from diffusion.load import load_base
from diffusion.tiny import write_tiny_base

SHAPE = LoraShape(rank=4, alpha=8.0, targets=("to_q", "to_v", "conv1", "conv2"), seed=7)


@pytest.fixture(scope="session")
def tiny_base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.set_num_threads(1)
    return write_tiny_base(tmp_path_factory.mktemp("bases") / "tiny")


@pytest.fixture
def pipe(tiny_base: Path) -> diffusers.StableDiffusionPipeline:
    """The tiny base without adapters."""
    return load_base(tiny_base)


@pytest.fixture
def adapted(pipe: Any) -> Any:
    """The tiny base with the untrained adapter "a"."""
    attach(pipe, SHAPE, name="a")
    return pipe


def red_dot(at: int, size: int = 64) -> Image.Image:
    picture = Image.new("RGB", (size, size), "white")
    ImageDraw.Draw(picture).ellipse((4 + at, 8, 40 + at, 44), fill="red")
    return picture


@pytest.fixture(scope="session")
def examples(tmp_path_factory: pytest.TempPathFactory) -> list[Example]:
    folder = tmp_path_factory.mktemp("pictures")
    for at in range(6):
        red_dot(at).save(folder / f"dot{at}.png")
    return [Example(folder / f"dot{at}.png", "red dot") for at in range(6)]
