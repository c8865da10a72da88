"""Whose pictures the base and the sample artists are made of, read from the files that came with them."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

from diffusion.base.sets import BASE_SETS, LINE_SET

SHOWN = 6


@dataclass(frozen=True)
class Credit:
    """One line of the credits page; empty strings where the file says nothing."""

    name: str
    style: str
    credit: str
    licence: str
    source: str
    slug: str = ""
    pictures: tuple[str, ...] = ()
    """File names in the sample artist's folder."""

    @property
    def shown(self) -> tuple[str, ...]:
        """Some of the pictures, spread over all."""
        return self.pictures[:: max(1, len(self.pictures) // SHOWN)][:SHOWN]


def _folder() -> Path:
    return Path(settings.BASE_DIR) / "samples"


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


@cache
def sample_artists() -> tuple[Credit, ...]:
    """The sample artists that `make demo` plays, from samples/*/artist.json."""
    found = []
    for path in sorted(_folder().glob("*/artist.json")):
        row = _read(path)
        found.append(
            Credit(
                name=str(row.get("name", path.parent.name)),
                style=str(row.get("style", "")),
                credit=str(row.get("credit", "")),
                licence=str(row.get("licence", "")),
                source=str(row.get("source_url", "")),
                slug=path.parent.name,
                pictures=tuple(sorted(file.name for file in path.parent.glob("*.png"))),
            )
        )
    return tuple(found)


def sample_picture(*, slug: str, name: str) -> bytes | None:
    """One picture of a sample artist; only what `sample_artists` lists can be asked for."""
    for artist in sample_artists():
        if artist.slug == slug and name in artist.pictures:
            return (_folder() / slug / name).read_bytes()
    return None


@cache
def base() -> tuple[Credit, ...]:
    """The picture sets that the shipped base was trained on."""
    return tuple(
        Credit(
            name=row.words.capitalize(),
            style="",
            credit=row.credit,
            licence=row.licence,
            source=row.source_url,
        )
        for row in (*BASE_SETS, LINE_SET)
    )
