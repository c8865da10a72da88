"""Bases: the hash that names them, the tiny one, and what cannot be loaded."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from diffusion.base import base_files, base_hash
from diffusion.load import default_size, load_base
from diffusion.spec import spec_json
from diffusion.tiny import write_tiny_base


@pytest.fixture
def copy(tiny_base: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_base, tmp_path / "copy"))


def test_the_tiny_base_loads_and_is_the_same_for_the_same_seed(tiny_base: Path, tmp_path: Path) -> None:
    assert default_size(load_base(tiny_base)) == 64
    assert base_hash(write_tiny_base(tmp_path / "again")) == base_hash(tiny_base)
    assert base_hash(write_tiny_base(tmp_path / "other", seed=1)) != base_hash(tiny_base)
    assert sum(p.stat().st_size for p in tiny_base.rglob("*") if p.is_file()) < 1_000_000


def test_the_hash_follows_weights_and_configuration_not_prose(tiny_base: Path, copy: Path) -> None:
    named = base_hash(tiny_base)
    assert named.startswith("sha256:")
    assert len(named) == 7 + 64
    for name in ("README.md", "card.json", "NOTICE", "unet/.hidden.json"):
        (copy / name).write_text("prose")
    assert base_hash(copy) == named
    config = copy / "unet" / "config.json"
    config.write_text(config.read_text() + " ")
    assert base_hash(copy) != named


def test_a_renamed_file_is_another_base(copy: Path) -> None:
    before = base_hash(copy)
    (copy / "tokenizer" / "merges.txt").rename(copy / "tokenizer" / "pairs.txt")
    assert base_hash(copy) != before
    assert len(base_files(copy)) >= 8


def test_hashing_needs_no_torch() -> None:
    code = (
        "import sys, diffusion.base; sys.exit(any(m in sys.modules for m in ('torch', 'numpy', 'diffusers')))"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_what_is_not_a_base_is_said(tmp_path: Path, copy: Path) -> None:
    for call in (base_hash, load_base):
        with pytest.raises(FileNotFoundError, match=r"model_index\.json"):
            call(tmp_path / "nothing")
    for weights in (copy / "unet").glob("*.safetensors"):
        weights.unlink()
    with pytest.raises(OSError, match="safetensors"):
        load_base(copy)


def test_pickled_weights_are_never_opened(copy: Path) -> None:
    import torch

    class Trap:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return exec, ("raise SystemExit('a pickle was run')",)

    for weights in (copy / "unet").glob("*.safetensors"):
        weights.unlink()
    torch.save(Trap(), copy / "unet" / "diffusion_pytorch_model.bin")
    with pytest.raises(OSError, match="safetensors"):
        load_base(copy)


def test_the_spec_says_what_is_shared(tiny_base: Path) -> None:
    spec = json.loads(json.dumps(spec_json(tiny_base)))
    assert spec["base"] == base_hash(tiny_base)
    assert spec["shared"] == "B"
    assert spec["tensors"] == sorted(spec["tensors"])
