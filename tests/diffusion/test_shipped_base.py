"""The base in the repository: complete, small, its own hash on its card, opened by diffusers alone, and it draws."""

import json
from pathlib import Path

import pytest

from diffusion.base import base_hash, shipped_base_dir
from diffusion.base.sets import BASE_SETS, HERE, LINE_SET

BASE = shipped_base_dir()


@pytest.fixture(scope="module")
def card() -> dict[str, object]:
    found: dict[str, object] = json.loads((BASE / "card.json").read_text())
    return found


def test_its_card_names_exactly_these_weights(card: dict[str, object]) -> None:
    assert card["hash"] == base_hash(BASE)
    assert str(card["hash"]) in (BASE / "README.md").read_text()


def test_it_is_small() -> None:
    assert sum(p.stat().st_size for p in BASE.rglob("*") if p.is_file()) <= 20_000_000


def test_it_holds_no_pickles() -> None:
    assert not [p for p in BASE.rglob("*") if p.suffix in {".bin", ".pt", ".pth", ".ckpt", ".pkl"}]


def test_every_set_is_credited_and_may_be_shipped(card: dict[str, object]) -> None:
    notice = (BASE / "NOTICE").read_text()
    for each in (*BASE_SETS, LINE_SET):
        assert each.licence in {"Apache-2.0", "MIT", "CC-BY-4.0"}
        assert each.credit in notice
        assert each.slug in str(card["sets"])


def test_its_data_is_pinned() -> None:
    wanted = json.loads((HERE / "package.json").read_text())["dependencies"]
    locked = json.loads((HERE / "package-lock.json").read_text())["packages"]
    assert {f"@iconify-json/{s.slug}" for s in (*BASE_SETS, LINE_SET)} <= set(wanted)
    for name, version in wanted.items():
        assert locked[f"node_modules/{name}"]["version"] == version
        assert locked[f"node_modules/{name}"]["integrity"].startswith("sha512-")


def test_plain_diffusers_opens_it_and_it_draws_a_red_heart(tmp_path: Path) -> None:
    """Not a judgement of taste: red in the middle, white in the corners."""
    import torch
    from diffusers import StableDiffusionPipeline

    from diffusion.sample import Wish, sample

    pipe = StableDiffusionPipeline.from_pretrained(str(BASE), dtype=torch.float32)
    pipe.set_progress_bar_config(disable=True)
    picture = sample(pipe, Wish("red heart", 11))
    assert picture.size == (128, 128)
    red, green, blue = picture.resize((3, 3)).getpixel((1, 1))
    assert red > 150
    assert red > 1.5 * max(green, blue)
    for corner in ((2, 2), (125, 2), (2, 125), (125, 125)):
        assert min(picture.getpixel(corner)) > 200
