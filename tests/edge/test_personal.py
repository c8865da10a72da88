"""A personal adapter on top of the shared one: plain diffusers opens it, under its own names and under kohya's."""

from pathlib import Path

import numpy as np
import pytest
import torch

from diffusion import adapters, load
from diffusion.dataset import read_folder
from diffusion.sample import Sheet, Wish, sample
from diffusion.spec import spec_json
from edge.vault import personal
from federation.adapters.spec import AdapterSpec
from federation.protocol.errors import Refusal
from tests.edge.agents import pictures
from tests.live import tiny_base

SHAPE = adapters.LoraShape(rank=2, alpha=4.0, targets=adapters.ALL_TARGETS, seed=7)
DRAW, SHEET = Wish("blue square", 3), Sheet(steps=2)


@pytest.fixture(scope="module")
def ground() -> personal.Ground:
    """The tiny base, and a shared adapter on it."""
    return personal.Ground("", AdapterSpec.from_json(spec_json(tiny_base(), SHAPE)), 1, "0" * 64)


def shared(on: personal.Ground) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(1)
    return {name: rng.normal(0, 0.02, shape).astype(np.float32) for name, shape in on.spec.tensors}


def test_plain_diffusers_opens_both_files(ground: personal.Ground, tmp_path: Path) -> None:
    works = read_folder(pictures(tmp_path / "works"))
    wish = personal.Wish(steps=3, rank=4, seed=11, batch=2, samples=("blue square",))
    start = shared(ground)
    trained = personal.train(
        tiny_base(), ground, start, works, wish, 1, lambda step, steps: None, lambda: False
    )
    (tmp_path / "own.safetensors").write_bytes(trained.adapter)
    (tmp_path / "kohya.safetensors").write_bytes(personal.as_kohya(trained.adapter))
    drawn = {}
    for name in ("none", "own", "kohya"):
        pipe = load.load_base(tiny_base())
        if name != "none":
            pipe.load_lora_weights(str(tmp_path), weight_name=f"{name}.safetensors")
        with torch.no_grad():
            drawn[name] = np.asarray(sample(pipe, DRAW, SHEET), dtype=np.int16)
    assert np.abs(drawn["own"] - drawn["kohya"]).max() <= 1, "the same strength under either name"
    assert (drawn["own"] != drawn["none"]).any()
    assert trained.samples[0].startswith(b"\x89PNG")


def test_a_file_without_an_adapter_is_refused() -> None:
    with pytest.raises(Refusal) as refused:
        personal.as_kohya(b"not safetensors")
    assert refused.value.code == "vault-adapter-invalid"


def test_a_stopped_training_leaves_nothing(ground: personal.Ground, tmp_path: Path) -> None:
    works = read_folder(pictures(tmp_path / "works"))
    wish = personal.Wish(steps=3, rank=2, seed=1, batch=2)
    with pytest.raises(Refusal) as refused:
        personal.train(
            tiny_base(), ground, shared(ground), works, wish, 1, lambda step, steps: None, lambda: True
        )
    assert refused.value.code == "vault-training-stopped"
