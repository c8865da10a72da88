"""Bases by hub id, with the real client against a hub that is none (fake_hub.py): no real one can be reached here."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from diffusion import hub
from diffusion.base import base_files, base_hash
from diffusion.base.files import CLASSES, chosen, only_pickled
from diffusion.families import FAMILIES
from diffusion.hub import HubError, HubUnreachable
from tests.diffusion.fake_hub import COMMIT, FakeHub

EXTRAS = {
    "README.md": b"# Tiny",
    "tiny.ckpt": b"a pickle",
    "unet/diffusion_pytorch_model.bin": b"a pickle",
    "unet/diffusion_pytorch_model.fp16.safetensors": b"another precision",
    "unet/model.onnx": b"another runtime",
    "safety_checker/config.json": b"{}",
    "vae_decoder/config.json": b"{}",
    "unet/run.py": b"code",
}


@pytest.fixture
def here(tiny_base: Path) -> Iterator[FakeHub]:
    files = {p.relative_to(tiny_base).as_posix(): p.read_bytes() for p in base_files(tiny_base)}
    made = FakeHub(files | EXTRAS)
    yield made
    made.close()


def test_looked_at_then_fetched_once(here: FakeHub, tiny_base: Path, tmp_path: Path) -> None:
    cache, told = tmp_path / "cache", list[tuple[int, int]]()
    offer = hub.look("someone/tiny", endpoint=here.url, cache=cache)
    assert offer.commit == COMMIT
    assert [file.path for file in offer.files] == [
        p.relative_to(tiny_base).as_posix() for p in base_files(tiny_base)
    ]
    assert offer.size == sum(p.stat().st_size for p in base_files(tiny_base))
    assert [
        path for _, path, _ in here.asked if "resolve" in path and not path.endswith("model_index.json")
    ] == []
    folder = tmp_path / "base"
    found = hub.fetch(offer, folder, endpoint=here.url, cache=cache, on_file=lambda *of: told.append(of))
    assert found == base_hash(tiny_base) == base_hash(folder)
    assert told[-1] == (offer.size, offer.size)
    assert not [path for path in EXTRAS if here.fetched(path)], "no pickle, no code, nothing that is not used"
    here.asked.clear()
    hub.fetch(offer, tmp_path / "again", endpoint=here.url, cache=cache)
    assert not [path for verb, path, _ in here.asked if verb == "GET"], "the shared cache has them"


def test_a_cut_is_gone_on_from(
    here: FakeHub, tiny_base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "huggingface_hub.constants.DOWNLOAD_CHUNK_SIZE", 1000
    )  # 10 MB: more than all of this base
    weights = "unet/diffusion_pytorch_model.safetensors"
    here.cut.add(weights)
    offer = hub.look("someone/tiny", endpoint=here.url, cache=tmp_path / "cache")
    found = hub.fetch(offer, tmp_path / "base", endpoint=here.url, cache=tmp_path / "cache")
    assert found == base_hash(tiny_base)
    first, second = here.fetched(weights)
    assert (first, second) == ("", f"bytes={len(here.files[weights]) // 2 // 1000 * 1000}-")


def test_other_bytes_than_the_hub_tells_of(here: FakeHub, tmp_path: Path) -> None:
    here.spoilt.add("unet/diffusion_pytorch_model.safetensors")
    offer = hub.look("someone/tiny", endpoint=here.url, cache=tmp_path / "cache")
    with pytest.raises(HubError, match="not what the hub says"):
        hub.fetch(offer, tmp_path / "base", endpoint=here.url, cache=tmp_path / "cache")
    assert not (tmp_path / "base").exists()


def test_what_is_no_base_is_said(here: FakeHub, tmp_path: Path) -> None:
    def look(repository: str = "someone/tiny", revision: str = "main") -> str:
        with pytest.raises(HubError) as refused:
            hub.look(repository, revision=revision, endpoint=here.url, cache=tmp_path / str(len(here.asked)))
        return str(refused.value)

    assert "reads owner/name" in look("../etc")
    assert "knows no someone/else" in look("someone/else")
    assert "no revision 'old'" in look(revision="old")
    index = here.files["model_index.json"]
    here.gated = True
    assert "terms to be accepted" in look()
    here.gated = False
    del here.files["model_index.json"]
    assert "it is not a base" in look()
    here.files["model_index.json"] = json.dumps({"_class_name": "os.system"}).encode()
    assert "no base that can be trained here" in look()
    here.files["model_index.json"] = index
    del here.files["unet/diffusion_pytorch_model.safetensors"]
    assert "unet only as a pickle" in look()


def test_no_hub_at_all(tmp_path: Path) -> None:
    with pytest.raises(HubUnreachable, match="goes on where it was"):
        hub.look("someone/tiny", endpoint="http://127.0.0.1:9", cache=tmp_path)


def test_what_counts_as_the_base() -> None:
    index = {
        "_class_name": "StableDiffusionPipeline",
        "unet": ["diffusers", "X"],
        "safety_checker": [None, None],
    }
    shards = ["unet/m-00001-of-00002.safetensors", "unet/m.safetensors.index.json"]
    beside = ["unet/m.fp16-00001-of-00002.safetensors", "unet/m.safetensors.index.fp16.json", "unet/a/b.json"]
    paths = [
        *shards,
        *beside,
        "vae_1_0/config.json",
        "model_index.json",
        "card.json",
        "unet/.x.json",
        "/etc/passwd",
    ]
    assert chosen(paths, index) == sorted(["model_index.json", *shards])
    assert only_pickled(["unet/m.bin"], index) == ["unet"]
    assert only_pickled(["unet/m.bin", "unet/m.safetensors", "vae/x.pt"], index) == []


def test_the_classes_are_those_of_the_families() -> None:
    assert {family.pipeline.__name__ for family in FAMILIES} == set(CLASSES)
