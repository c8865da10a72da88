"""Whose pictures the base and the sample artists are made of, read from the files that came with them."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

from diffusion.base.sets import BASE_SETS, LINE_SET


@dataclass(frozen=True)
class Credit:
    """One line of the credits page; empty strings where the file says nothing."""

    name: str
    style: str
    credit: str
    licence: str
    source: str
    pictures: int


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


@cache
def sample_artists() -> tuple[Credit, ...]:
    """The sample artists that `make demo` plays, from samples/*/artist.json."""
    folder = Path(settings.BASE_DIR) / "samples"
    found = []
    for path in sorted(folder.glob("*/artist.json")):
        row = _read(path)
        found.append(
            Credit(
                name=str(row.get("name", path.parent.name)),
                style=str(row.get("style", "")),
                credit=str(row.get("credit", "")),
                licence=str(row.get("licence", "")),
                source=str(row.get("source_url", "")),
                pictures=len(list(path.parent.glob("*.png"))),
            )
        )
    return tuple(found)


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
            pictures=0,
        )
        for row in (*BASE_SETS, LINE_SET)
    )
