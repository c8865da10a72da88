"""Bases of the artist's own: a folder, a hub (one that is none), the shipped one; used only where the hash is right."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from diffusion.base import base_files, base_hash, shipped_base_dir
from diffusion.tiny import write_tiny_base
from edge import bases, own_bases
from edge.config import Rules
from edge.paths import Home
from federation.protocol.errors import Refusal
from tests.diffusion.fake_hub import FakeHub
from tests.edge.agents import tools
from tests.edge.played_server import PlayedServer
from tests.edge.test_cli import ROOT


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_base(tmp_path_factory.mktemp("mine") / "tiny")


def test_a_folder_stands_in_for_the_server(folder: Path, server: PlayedServer, home: Home) -> None:
    kept = own_bases.add_folder(home, folder, Rules())
    assert kept.hash == base_hash(folder)
    assert own_bases.held(home) == [kept]
    with tools(home) as made:
        assert bases.fetch(made.api, made.downloads, home, kept.hash, 100) == kept.folder
        assert not server.seen("/bases/")
        weights = kept.folder / "unet" / "diffusion_pytorch_model.safetensors"
        weights.unlink()
        weights.write_bytes(b"changed meanwhile")
        with pytest.raises(Refusal, match="base-hash-differs"):  # the played server has another base
            bases.fetch(made.api, made.downloads, home, kept.hash, 100)


def test_what_is_not_taken(folder: Path, home: Home, tmp_path: Path) -> None:
    accepted = Rules(bases=(f"sha256:{'0' * 64}",))
    other = tmp_path / "other"
    other.mkdir()
    (other / "model_index.json").write_text('{"_class_name": "os.system"}')
    pickled = tmp_path / "pickled"
    (pickled / "unet").mkdir(parents=True)
    (pickled / "model_index.json").write_bytes((folder / "model_index.json").read_bytes())
    (pickled / "unet" / "diffusion_pytorch_model.bin").write_bytes(b"a pickle")
    for code, where, rules in (
        ("base-not-accepted", folder, accepted),
        ("base-too-large", folder, Rules(max_base_mb=0)),
        ("base-not-one", other, Rules()),
        ("base-not-one", tmp_path / "nowhere", Rules()),
        ("base-file-unsafe", pickled, Rules()),
    ):
        with pytest.raises(Refusal) as refused:
            own_bases.add_folder(home, where, rules)
        assert refused.value.code == code
    assert own_bases.held(home) == []
    assert not list((home.cache / "bases").iterdir())


def test_by_hub_id_and_shipped_on_the_command_line(folder: Path, home: Home, tmp_path: Path) -> None:
    hub = FakeHub({p.relative_to(folder).as_posix(): p.read_bytes() for p in base_files(folder)})
    environment = os.environ | {"HF_ENDPOINT": hub.url, "HF_HOME": str(tmp_path / "hf")}

    def base(*arguments: str) -> list[dict[str, object]]:
        done = subprocess.run(
            [sys.executable, "-m", "edge", "--home", str(home.root), "--json", "base", *arguments],
            cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    said = base("add", "someone/tiny")
    hub.close()
    assert said[0]["bytes"] == sum(p.stat().st_size for p in base_files(folder)), "the size comes first"
    assert said[-1]["hash"] == base_hash(folder)
    assert said[-1]["offered"] is True
    base("add", "shipped")
    assert {row["hash"] for row in base("list")} == {base_hash(folder), base_hash(shipped_base_dir())}
