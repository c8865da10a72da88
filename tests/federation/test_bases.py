"""Registering a base by its id at a hub (one that is none): the same row as from its folder."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from diffusion.base import base_files, base_hash
from diffusion.hub import look
from federation.models import Base
from federation.services import bases
from tests.diffusion.fake_hub import FakeHub
from tests.federation.protocol.terms import small_spec
from tests.live import tiny_base

pytestmark = pytest.mark.django_db


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    """Serves the tiny base, and a pickle; what needs torch is played."""
    base = tiny_base()
    files = {path.relative_to(base).as_posix(): path.read_bytes() for path in base_files(base)}
    made = FakeHub(files | {"unet/diffusion_pytorch_model.bin": b"a pickle"})
    monkeypatch.setattr(bases, "_spec_by_torch", lambda folder: small_spec(base=base_hash(folder)).to_json())
    yield made
    made.close()


def test_from_a_hub_or_a_folder_it_is_one_base(hub: FakeHub, tmp_path: Path, settings: Any) -> None:
    settings.STATE_DIR = tmp_path
    cache, told, at = tmp_path / "cache", list[int](), datetime.now(UTC)
    offer = look("someone/tiny", endpoint=hub.url, cache=cache)
    with pytest.MonkeyPatch.context() as patch:
        fetch = bases.fetch
        patch.setattr(
            bases, "fetch", lambda *args, **more: fetch(*args, **more, endpoint=hub.url, cache=cache)
        )
        made = bases.fetch_base(offer=offer, name="Tiny", at=at, on_file=lambda done, of: told.append(done))
    assert told[-1] == offer.size
    assert made.hash == base_hash(tiny_base())
    assert {row["path"] for row in made.files} == {file.path for file in offer.files}
    assert bases.register_base(folder=tiny_base(), name="Again", at=at) == made
    assert not list(tmp_path.glob("tmp*")), "nothing but the blobs stays"


def test_the_command_says_what_is_wrong(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"model_index\.json"):
        call_command("register_base", str(tmp_path))
    monkeypatch.setattr("federation.management.commands.register_base.look", _unreachable)
    with pytest.raises(CommandError, match="does not answer"):
        call_command("register_base", "someone/tiny")
    assert not Base.objects.exists()


def _unreachable(source: str, *, revision: str) -> None:
    look(source, revision=revision, endpoint="http://127.0.0.1:9")
