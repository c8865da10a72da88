"""What is shared is linear: the mean of B, or of R, is the mean of the changes. The means of A and B are not."""

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from diffusion.adapters import attach, b_spec, read_b
from diffusion.blend import layers_of
from diffusion.checkpoint import Checkpoint
from diffusion.dataset import Example
from diffusion.families import denoiser
from diffusion.load import load_base
from diffusion.measure import held_out_loss
from diffusion.shape import public_a, public_u
from diffusion.shared import b_of, b_shapes, read_shared, shared_spec, write_shared
from diffusion.train import TrainConfig, train_adapter
from tests.diffusion.conftest import SHAPE

ARTISTS, RANK, OUTPUTS, INPUTS = 5, 4, 12, 20
RNG = np.random.default_rng(2)
PINNED = "b9bfb39bf2510aca6538196a5f4f160d29167d79da77fa3d47cf8dc7bbbfa387"
A = public_a("layer.lora_A.weight", (RANK, INPUTS), seed=7)
U = public_u("layer.lora_B.weight", (OUTPUTS, RANK), seed=7)
CORE = TrainConfig(steps=12, batch=4, lr=5e-2, seed=1, factors="R", frame=SHAPE.seed)


def off(means: np.ndarray, changes: list[np.ndarray]) -> float:
    """How far the change of the means is from the mean of the changes, relative to it."""
    true = np.mean(changes, axis=0)
    return float(np.linalg.norm(means - true) / np.linalg.norm(true))


def test_ffa_and_core_are_exact() -> None:
    b = RNG.normal(size=(ARTISTS, OUTPUTS, RANK))
    assert off(b.mean(axis=0) @ A, [one @ A for one in b]) < 1e-6
    core = RNG.normal(size=(ARTISTS, RANK, RANK))
    assert off(U @ core.mean(axis=0) @ A, [U @ one @ A for one in core]) < 1e-6


def test_one_factor_a_round_is_exact_and_both_at_once_are_not() -> None:
    b, a = RNG.normal(size=(ARTISTS, OUTPUTS, RANK)), RNG.normal(size=(ARTISTS, RANK, INPUTS))
    common = b[0]
    assert off(common @ a.mean(axis=0), [common @ one for one in a]) < 1e-6, "a round that trains A alone"
    both = [x @ y for x, y in zip(b, a, strict=True)]
    wrong = off(b.mean(axis=0) @ a.mean(axis=0), both)
    assert wrong > 0.1
    cross = np.mean([(x - b.mean(axis=0)) @ (y - a.mean(axis=0)) for x, y in zip(b, a, strict=True)], axis=0)
    assert off(b.mean(axis=0) @ a.mean(axis=0) + cross, both) < 1e-6, "off by just their covariance"


def test_the_norm_of_the_core_is_the_norm_of_the_change() -> None:
    core = RNG.normal(size=(RANK, RANK))
    assert np.linalg.norm(U @ core @ A) == pytest.approx(np.linalg.norm(core), rel=1e-3)


def test_u_is_pinned() -> None:
    """If this hash changes, artists on old and new versions would no longer share a frame."""
    u = public_u("down_blocks.1.attentions.0.proj_in.lora_B.weight", (64, 8), seed=2024)
    assert np.abs(u.T @ u - np.eye(8)).max() < 1e-3
    assert hashlib.sha256(u.tobytes()).hexdigest() == PINNED
    with pytest.raises(ValueError, match="too high"):
        public_u("x", (4, 8), seed=1)


def test_a_core_adapter_learns_within_its_frame(adapted: Any, examples: list[Example]) -> None:
    before = held_out_loss(adapted, examples)
    train_adapter(adapted, examples, name="a", config=CORE)
    assert held_out_loss(adapted, examples) < before
    core = read_shared(adapted, name="a", kind="R", seed=SHAPE.seed)
    assert [(n, c.shape) for n, c in core.items()] == shared_spec(adapted, name="a", kind="R")
    held = read_b(adapted, name="a")
    made = b_of("R", core, dict(b_spec(adapted, name="a")), seed=SHAPE.seed)
    assert all(np.allclose(made[n], held[n], atol=1e-5) for n in held), "B is U R, and nothing beside it"
    assert not any(p.requires_grad for p in denoiser(adapted).parameters())


def test_a_core_training_is_taken_up_too(tiny_base: Path, examples: list[Example], tmp_path: Path) -> None:
    def train(path: Path | None, stop: int) -> bytes:
        pipe, made = load_base(tiny_base), list[int]()
        attach(pipe, SHAPE, name="a")
        train_adapter(
            pipe, examples, name="a", config=CORE, on_step=lambda step, *_: made.append(step),
            should_stop=lambda: bool(made) and made[-1] == stop, checkpoint=Checkpoint(path) if path else None,
        )  # fmt: skip
        return b"".join(b.tobytes() for b in read_b(pipe, name="a").values())

    train(tmp_path / "checkpoint", 5)
    assert train(tmp_path / "checkpoint", 99) == train(None, 99)


def test_what_does_not_fit_is_refused(adapted: Any) -> None:
    core = {n: np.zeros(s, np.float32) for n, s in shared_spec(adapted, name="a", kind="R")}
    first = next(iter(core))
    for bad in ({}, {**core, "x": core[first]}, {**core, first: np.zeros((3, 3), np.float32)}):
        with pytest.raises(ValueError, match=r"does not fit|should have the shape"):
            write_shared(adapted, bad, name="a", kind="R", seed=1)
    write_shared(adapted, core, name="a", kind="R", seed=1)


def test_shapes_of_b_without_anything_attached(pipe: Any) -> None:
    import torch

    layers = layers_of(denoiser(pipe), SHAPE.targets)
    found = b_shapes(denoiser(pipe), {name: torch.zeros(SHAPE.rank, 1) for name in layers})
    attach(pipe, SHAPE, name="a")
    assert found == dict(b_spec(pipe, name="a"))
