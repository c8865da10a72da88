"""Fixtures of the gallery. Django is imported late: pytest reads this file before the engines run."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def versions(db: None) -> list[Any]:
    """Versions 0 and 1 of a running campaign, on paper."""
    from tests.gallery import scene

    return scene.paper_versions()


@pytest.fixture
def hang(versions: list[Any]) -> Callable[..., Any]:
    """Put a picture of an artist into the store: hang(artist, published=True). Who hangs one has allowed showing and
    naming; a test that wants it otherwise revokes."""
    from consent.models import Statement
    from consent.purposes import CREDIT_BY_NAME, SHOW_IMAGES
    from tests.consent.pen import allow
    from tests.gallery import scene

    def put(artist: Any, **changes: Any) -> Any:
        if not Statement.objects.filter(artist=artist).exists():
            allow(artist, SHOW_IMAGES, CREDIT_BY_NAME)
        return scene.hang(artist, changes.pop("version", versions[1]), **changes)

    return put


@pytest.fixture
def authority(tmp_path: Path) -> Any:
    """Picture-signing certificates of its own."""
    from gallery.generation.authority import ensure_authority, load_authority

    ensure_authority(tmp_path / "credentials", at=datetime.now(UTC))
    return load_authority(tmp_path / "credentials")


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Any]]:
    """A tiny base and the spec of its adapter."""
    from diffusion.tiny import write_tiny_base
    from gallery.generation import pipeline
    from tests.gallery import tiny

    folder = write_tiny_base(tmp_path_factory.mktemp("base"))
    yield folder, tiny.spec_of(folder)
    pipeline.forget()


@pytest.fixture
def drawing(db: None, tiny: tuple[Path, Any]) -> list[Any]:
    """Versions with real weights, and certificates to sign with."""
    from gallery.generation import run
    from gallery.generation.authority import ensure_authority
    from tests.gallery.tiny import real_versions

    ensure_authority(run.credentials_folder(), at=datetime.now(UTC))
    return real_versions(*tiny)
