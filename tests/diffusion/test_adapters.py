"""Adapters: A is the same everywhere, B goes in and out exactly, strengths are explicit."""

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from diffusion.adapters import (
    DEFAULT_SHAPE,
    LoraShape,
    attach,
    b_spec,
    detach,
    public_a,
    read_b,
    save_diffusers,
    set_strengths,
    strengths,
    trainable,
    write_b,
)
from diffusion.load import load_base
from diffusion.sample import Sheet, Wish, sample
from tests.diffusion.conftest import SHAPE

DOT, SHEET = Wish("red dot", 3), Sheet(steps=3)


def loud_b(pipe: Any, name: str = "a") -> dict[str, np.ndarray]:
    random = np.random.default_rng(1)
    return {n: random.normal(0, 0.3, s).astype(np.float32) for n, s in b_spec(pipe, name=name)}


def drawn(pipe: Any) -> bytes:
    return sample(pipe, DOT, SHEET).tobytes()


def test_an_untrained_adapter_changes_nothing_and_a_trained_one_does(pipe: Any) -> None:
    plain = drawn(pipe)
    attach(pipe, SHAPE, name="a")
    assert drawn(pipe) == plain
    write_b(pipe, loud_b(pipe), name="a")
    assert drawn(pipe) != plain


def test_strength_zero_is_the_base_and_one_is_not(adapted: Any, pipe: Any) -> None:
    detached = load_base(Path(pipe.config._name_or_path))
    write_b(adapted, loud_b(adapted), name="a")
    set_strengths(adapted, {"a": 0.0})
    assert drawn(adapted) == drawn(detached)
    set_strengths(adapted, {"a": 1.0})
    assert drawn(adapted) != drawn(detached)


def test_b_comes_back_as_it_was_written(adapted: Any) -> None:
    written = loud_b(adapted)
    write_b(adapted, written, name="a")
    back = read_b(adapted, name="a")
    assert [(n, a.shape) for n, a in back.items()] == b_spec(adapted, name="a")
    assert all(np.array_equal(back[n], written[n]) and back[n].dtype == np.float32 for n in written)


def test_names_are_sorted_free_of_the_adapters_own_and_only_b(adapted: Any) -> None:
    names = [n for n, _ in b_spec(adapted, name="a")]
    assert names == sorted(set(names))
    assert all(n.endswith(".lora_B.weight") and ".a." not in n for n in names)


def test_a_is_pinned() -> None:
    """If this hash changes, artists on old and new versions would no longer share a factor A."""
    a = public_a("down_blocks.1.attentions.0.proj_in.lora_A.weight", (8, 64, 1, 1), seed=2024)
    digest = hashlib.sha256(a.tobytes()).hexdigest()
    assert digest == "80bf4e028f6bc056799333078d95399f67c0145357704cf208fe2dbb28f6d769"


def test_a_has_orthonormal_rows_and_depends_on_seed_and_name() -> None:
    a = public_a("x", (8, 6, 3, 3), seed=1).reshape(8, -1)
    assert np.abs(a @ a.T - np.eye(8)).max() < 1e-3
    assert not np.array_equal(a, public_a("x", (8, 6, 3, 3), seed=2).reshape(8, -1))
    assert not np.array_equal(a, public_a("y", (8, 6, 3, 3), seed=1).reshape(8, -1))


def test_a_is_what_the_layers_hold_and_is_frozen(adapted: Any) -> None:
    held = {n: p for n, p in adapted.unet.named_parameters() if "lora_A" in n}
    assert held
    for name, factor in held.items():
        public = public_a(name.replace(".a.weight", ".weight"), tuple(factor.shape), seed=SHAPE.seed)
        assert np.array_equal(factor.detach().numpy(), public)
        assert not factor.requires_grad


def test_only_b_of_the_named_adapter_is_trainable(adapted: Any) -> None:
    attach(adapted, SHAPE, name="b")
    trainable(adapted, name="a")
    on = [n for n, p in adapted.unet.named_parameters() if p.requires_grad]
    assert on
    assert all(n.endswith(".lora_B.a.weight") for n in on)


def test_wrong_tensors_are_refused_and_nothing_is_changed(adapted: Any) -> None:
    good = loud_b(adapted)
    first = next(iter(good))
    bad = {
        "one side": {n: a for n, a in good.items() if n != first},
        "one side only": {**good, "another": good[first]},
        "should have the shape": {**good, first: good[first].reshape(1, -1)},
        "not finite": {**good, first: np.full_like(good[first], np.nan)},
    }
    for reason, tensors in bad.items():
        with pytest.raises(ValueError, match=reason):
            write_b(adapted, tensors, name="a")
        assert all(not a.any() for a in read_b(adapted, name="a").values())


def test_every_adapter_must_be_named(adapted: Any) -> None:
    attach(adapted, SHAPE, name="b")
    with pytest.raises(ValueError, match="Name every adapter"):
        set_strengths(adapted, {"a": 1.0})
    with pytest.raises(ValueError, match="Name every adapter"):
        set_strengths(adapted, {"a": 1.0, "b": 1.0, "c": 1.0})


@pytest.mark.parametrize("value", [-0.1, 1.6, float("nan")])
def test_strengths_have_a_range(adapted: Any, value: float) -> None:
    with pytest.raises(ValueError, match=r"from 0\.0 to 1\.5"):
        set_strengths(adapted, {"a": value})


def test_a_second_adapter_leaves_the_first_on(adapted: Any) -> None:
    set_strengths(adapted, {"a": 0.5})
    attach(adapted, SHAPE, name="b")
    assert strengths(adapted) == {"a": 0.5, "b": 1.0}
    detach(adapted, name="b")
    assert strengths(adapted) == {"a": 0.5}


@pytest.mark.parametrize("name", ["", "with space", "dotted.name", "x" * 65])
def test_bad_names_are_refused(pipe: Any, name: str) -> None:
    with pytest.raises(ValueError, match="cannot name an adapter"):
        attach(pipe, SHAPE, name=name)


def test_taken_and_unknown_names_are_refused(adapted: Any) -> None:
    with pytest.raises(ValueError, match="already has"):
        attach(adapted, SHAPE, name="a")
    for call in (read_b, b_spec, detach, trainable):
        with pytest.raises(ValueError, match="No adapter called 'z'"):
            call(adapted, name="z")


@pytest.mark.parametrize(
    "bad", [{"rank": 0}, {"rank": 65}, {"alpha": 0.0}, {"targets": ()}, {"seed": -1}, {"alpha": float("nan")}]
)
def test_impossible_shapes_are_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="is no adapter"):
        LoraShape(**{"rank": 4, "alpha": 8.0, "targets": ("to_q",), "seed": 1, **bad})


def test_plain_diffusers_opens_what_was_saved(adapted: Any, tiny_base: Path, tmp_path: Path) -> None:
    from diffusers import StableDiffusionPipeline

    write_b(adapted, loud_b(adapted), name="a")
    saved = save_diffusers(adapted, tmp_path / "lora", name="a")
    assert saved.is_file()
    plain = StableDiffusionPipeline.from_pretrained(str(tiny_base))
    plain.set_progress_bar_config(disable=True)
    plain.load_lora_weights(str(saved.parent))
    assert sample(plain, DOT, SHEET).tobytes() == drawn(adapted)


def test_the_default_shape_fits_the_tiny_base(pipe: Any) -> None:
    attach(pipe, DEFAULT_SHAPE, name="global")
    assert len(b_spec(pipe, name="global")) > 50
