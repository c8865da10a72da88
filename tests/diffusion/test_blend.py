"""Drawing for many at once: merged and mixed adapters agree with peft, and nobody's picture hangs on the others'."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

from diffusion.adapters import ALL_TARGETS, LoraShape, attach, b_spec, save_diffusers, set_strengths, write_b
from diffusion.blend import Blender, Part, Weights, file_weights, public_factors, shared_weights
from diffusion.load import load_base
from diffusion.sample import MAX_BATCH, Sheet, Stopped, Wish, sample, sample_batch
from diffusion.tiny import write_tiny_base

SHAPES = (LoraShape(4, 8.0, ALL_TARGETS, 1), LoraShape(2, 4.0, ALL_TARGETS, 2))
SHEET = Sheet(steps=3, guidance=4.0)
STRENGTH = 0.75


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_base(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="module")
def peft(folder: Path) -> Any:
    """The base with two adapters by peft: "one" and "two", of different rank and A."""
    pipe = load_base(folder)
    for name, shape in zip(("one", "two"), SHAPES, strict=True):
        attach(pipe, shape, name=name)
        random = np.random.default_rng(shape.seed)
        tensors = {key: random.standard_normal(size).astype("f4") for key, size in b_spec(pipe, name=name)}
        write_b(pipe, tensors, name=name)
    return pipe


@pytest.fixture(scope="module")
def own(folder: Path, peft: Any, tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, list[Weights]]:
    """The bare base, and the same two adapters: one from its B, the other from its file."""
    from diffusion.adapters import read_b

    pipe = load_base(folder)
    factors = public_factors(pipe.unet, SHAPES[0])
    one = shared_weights(pipe.unet, factors, read_b(peft, name="one"), scale=2.0)
    file = save_diffusers(peft, tmp_path_factory.mktemp("file"), name="two")
    return pipe, [one, file_weights(pipe.unet, load_file(file), 4.0)]


def far(one: Image.Image, other: Image.Image) -> int:
    """The largest difference of any pixel, 0 to 255."""
    return int(np.abs(np.asarray(one, int) - np.asarray(other, int)).max())


def test_mixed_merged_and_peft_agree(peft: Any, own: tuple[Any, list[Weights]]) -> None:
    pipe, (one, two) = own
    blends = [[Part(one, 1.0), Part(two, STRENGTH)], [Part(one, 0.5)], [], [Part(two, 1.5)]]
    wishes = [Wish("red heart", seed, "blue") for seed in range(4)]
    blender = Blender(pipe.unet)
    blender.use(blends)
    together = sample_batch(pipe, wishes, SHEET)
    strengths = [(1.0, STRENGTH), (0.5, 0.0), (0.0, 0.0), (0.0, 1.5)]
    for number, (blend, wish) in enumerate(zip(blends, wishes, strict=True)):
        blender.use([blend])
        alone = sample_batch(pipe, [wish], SHEET)[0]
        set_strengths(peft, dict(zip(("one", "two"), strengths[number], strict=True)))
        assert far(together[number], alone) <= 1, "who else is in the batch shows"
        assert far(sample(peft, wish, SHEET), alone) <= 1, "not what peft draws"
    assert far(together[0], together[3]) > 20


def test_the_base_comes_back_bit_for_bit(own: tuple[Any, list[Weights]]) -> None:
    pipe, (one, two) = own
    before = {name: tensor.clone() for name, tensor in pipe.unet.state_dict().items()}
    blender = Blender(pipe.unet)
    for blends in ([[Part(one, 1.0)]], [[Part(one, 1.0)], [Part(two, 1.0)]], [[Part(two, 1.0)]]):
        blender.use(blends)
    blender.clear()
    assert all(torch.equal(tensor, before[name]) for name, tensor in pipe.unet.state_dict().items())


def test_sizes_previews_and_stopping(own: tuple[Any, list[Weights]]) -> None:
    pipe, _ = own
    seen: list[tuple[int, int]] = []

    def on_step(step: int, look: Any) -> bool:
        seen.extend(picture.size for picture in look())
        return step < 2

    with pytest.raises(Stopped):
        sample_batch(pipe, [Wish("a", 1), Wish("b", 2)], Sheet(3, 4.0, 48, 64), on_step=on_step)
    assert seen == [(48, 64)] * 4
    assert sample_batch(pipe, [Wish("a", 1)], Sheet(2, 0.5, 64, 32))[0].size == (64, 32)
    with pytest.raises(ValueError, match="multiples"):
        sample_batch(pipe, [Wish("a", 1)], Sheet(2, 4.0, 60, 64))


@pytest.mark.parametrize("number", [0, MAX_BATCH + 1])
def test_a_batch_has_bounds(own: tuple[Any, list[Weights]], number: int) -> None:
    with pytest.raises(ValueError, match="a batch has"):
        sample_batch(own[0], [Wish("a", 1)] * number, SHEET)


def test_what_does_not_fit_is_refused(own: tuple[Any, list[Weights]]) -> None:
    pipe, (one, two) = own
    with pytest.raises(ValueError, match="another base"):
        shared_weights(pipe.unet, one.a, {}, scale=1.0)
    tensors = {
        f"unet.{name}.lora_{side}.weight": t
        for side, part in (("A", two.a), ("B", two.b))
        for name, t in part.items()
    }
    first = next(iter(tensors))
    for damage, words in (
        ({first: tensors[first][:, :1]}, "another shape"),
        ({first: tensors[first] * float("nan")}, "finite"),
        (
            {"unet.nowhere.lora_A.weight": torch.ones(2, 2), "unet.nowhere.lora_B.weight": torch.ones(2, 2)},
            "no layer",
        ),
        ({"alpha": torch.ones(1)}, "no factor"),
    ):
        with pytest.raises(ValueError, match=words):
            file_weights(pipe.unet, {**tensors, **damage}, 4.0)
    with pytest.raises(ValueError, match="both factors"):
        file_weights(pipe.unet, {}, 4.0)
