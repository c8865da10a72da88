"""Stable Diffusion 1, SDXL and Stable Diffusion 3 through the same doors: load, attach, train, draw, save."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from diffusion.adapters import attach, b_spec, default_shape, read_b, save_diffusers, set_strengths
from diffusion.dataset import Example
from diffusion.families import Words, denoiser, family_of, family_of_class
from diffusion.load import default_size, load_base
from diffusion.measure import before_and_after, held_out_loss
from diffusion.sample import Sheet, Wish, sample
from diffusion.tiny import FAMILIES, write_tiny_base
from diffusion.train import TrainConfig, train_adapter

DOT, SHEET = Wish("red dot", 3), Sheet(steps=3)
FEW = TrainConfig(steps=12, batch=4, lr=2e-2, seed=1)


@pytest.fixture(scope="module", params=FAMILIES)
def base(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_base(tmp_path_factory.mktemp("bases") / request.param, family=request.param)


def test_each_learns_draws_and_is_opened_by_plain_diffusers(
    base: Path, examples: list[Example], tmp_path: Path
) -> None:
    pipe = load_base(base)
    attach(pipe, default_shape(pipe), name="a")
    before = held_out_loss(pipe, examples)
    train_adapter(pipe, examples, name="a", config=FEW)
    assert held_out_loss(pipe, examples) < before
    previews: list[Any] = []
    drawn = sample(pipe, DOT, SHEET, on_step=lambda step, look: previews.extend(look()) or True)
    assert [preview.size for preview in previews] == [drawn.size] * 3
    saved = save_diffusers(pipe, tmp_path / "lora", name="a")
    plain = load_base(base)
    assert sample(plain, DOT, SHEET).tobytes() != drawn.tobytes()
    plain.load_lora_weights(str(saved.parent))
    assert sample(plain, DOT, SHEET).tobytes() == drawn.tobytes()


def test_before_and_after_stand_side_by_side(tmp_path: Path, examples: list[Example]) -> None:
    pipe = load_base(write_tiny_base(tmp_path / "base"))
    attach(pipe, default_shape(pipe), name="a")
    set_strengths(pipe, {"a": 0.5})
    sheet = np.asarray(before_and_after(pipe, ["red dot"], name="a"))
    above, below = sheet[18:146, 132:260], sheet[150:278, 132:260]
    assert (above == below).all(), "untrained, it changes nothing"
    train_adapter(pipe, examples, name="a", config=FEW)
    set_strengths(pipe, {"a": 0.5})
    sheet = np.asarray(before_and_after(pipe, ["red dot"], name="a"))
    assert (sheet[18:146, 132:260] == above).all()
    assert (sheet[150:278, 132:260] != below).any()
    with pytest.raises(ValueError, match="No adapter called 'b'"):
        before_and_after(pipe, ["red dot"], name="b")


def test_a_preview_is_the_picture_once_the_flow_is_straight(tmp_path: Path) -> None:
    """A step of a straight flow leads to the same clean latents from wherever it is taken."""
    import torch

    pipe = load_base(write_tiny_base(tmp_path / "base", family="sd3"))
    pipe.scheduler.set_timesteps(4)
    clean, noise = torch.full((1, 4, 8, 8), 0.5), torch.randn(1, 4, 8, 8)
    at = [(1 - level) * clean + level * noise for level in pipe.scheduler.sigmas]
    guess = family_of(pipe).guess(pipe, at[1], at[2], 1)
    torch.testing.assert_close(guess, clean, rtol=0, atol=1e-5)


def test_plain_lora_trains_a_too(tmp_path: Path, examples: list[Example]) -> None:
    pipe = load_base(write_tiny_base(tmp_path / "base"))
    attach(pipe, default_shape(pipe), name="a")
    factor = lambda: [p.detach().clone() for n, p in denoiser(pipe).named_parameters() if "lora_A" in n]  # noqa: E731
    before = factor()
    train_adapter(pipe, examples, name="a", config=TrainConfig(steps=2, batch=2))
    assert all((a == b).all() for a, b in zip(before, factor(), strict=True)), "FFA-LoRA leaves A alone"
    train_adapter(pipe, examples, name="a", config=TrainConfig(steps=2, batch=2, factors="AB"))
    assert any((a != b).any() for a, b in zip(before, factor(), strict=True))


@pytest.mark.parametrize("family", FAMILIES)
def test_computing_activations_twice_changes_nothing(
    family: str, tmp_path: Path, examples: list[Example]
) -> None:
    trained = []
    base = write_tiny_base(tmp_path / "base", family=family)
    for twice in (False, True):
        pipe = load_base(base)
        attach(pipe, default_shape(pipe), name="a")
        config = TrainConfig(steps=2, batch=2, checkpointing=twice)
        train_adapter(pipe, examples, name="a", config=config)
        trained.append(read_b(pipe, name="a"))
    assert all(np.allclose(trained[0][n], trained[1][n], atol=1e-6) for n in trained[0])


def test_half_precision_trains_in_full_precision(tmp_path: Path, examples: list[Example]) -> None:
    """As on a GPU: the base in bf16, what is trained in fp32."""
    import torch

    pipe = load_base(write_tiny_base(tmp_path / "base"), dtype=torch.bfloat16)
    attach(pipe, default_shape(pipe), name="a")
    report = train_adapter(pipe, examples, name="a", config=TrainConfig(steps=3, batch=2))
    assert np.isfinite(report.last_loss)
    held = {p.dtype for n, p in denoiser(pipe).named_parameters() if "lora_B" in n}
    assert held == {torch.float32}
    assert any(b.any() for b in read_b(pipe, name="a").values())


def test_words_are_left_out_row_by_row() -> None:
    import torch

    words = Words(torch.ones(3, 2, 4), torch.ones(3, 5))
    empty = Words(torch.zeros(1, 2, 4), torch.zeros(1, 5))
    left = words.emptied(torch.tensor([True, False, True]), empty)
    assert left.states.sum(dim=(1, 2)).tolist() == [0, 8, 0]
    assert left.pooled is not None
    assert left.pooled.sum(dim=1).tolist() == [0, 5, 0]
    assert len(words[torch.tensor([0, 0])]) == 2


def test_targets_fit_the_base(base: Path) -> None:
    pipe = load_base(base)
    family = family_of(pipe)
    assert default_size(pipe) % family.grid(pipe) == 0
    assert not family.is_large(pipe)
    attach(pipe, default_shape(pipe), name="a")
    names = [name for name, _ in b_spec(pipe, name="a")]
    for target in family.every_target:
        assert any(name.endswith(f"{target}.lora_B.weight") for name in names), target


@pytest.mark.parametrize("named", ["StableDiffusionInpaintPipeline", "", "FluxPipeline", None])
def test_other_classes_are_refused_with_what_would_do(named: Any, tmp_path: Path) -> None:
    (tmp_path / "model_index.json").write_text(json.dumps({"_class_name": named}))
    with pytest.raises(ValueError, match="use one of StableDiffusionPipeline"):
        load_base(tmp_path)


def test_an_index_may_not_name_code(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no base that can be trained"):
        family_of_class("os.system")
