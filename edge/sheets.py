"""Pictures before and after a training, side by side: drawn here, kept here, shown to nobody else."""

import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edge.paths import Home, write_private

MOST = 8
"""Pictures in one sheet; each is drawn twice."""


@dataclass(frozen=True)
class Sheet:
    """A sheet that is wanted: where it goes, and how many of the works' captions are drawn."""

    path: Path
    pictures: int


def place(home: Home, version: int, pictures: int) -> Sheet | None:
    """The sheet of the training towards that version; None where the artist wants none."""
    if pictures <= 0:
        return None
    return Sheet(home.sheets / f"towards-version-{version}.png", min(pictures, MOST))


def draw(
    pipe: Any, name: str, sheet: Sheet, captions: Iterable[str], seed: int, should_stop: Callable[[], bool]
) -> None:
    """Draw and write it. Told to stop, it writes none: a sheet holds up neither a pause nor a round."""
    from diffusion.measure import before_and_after
    from diffusion.sample import Stopped

    prompts = list(dict.fromkeys(captions))[: sheet.pictures]
    stream = io.BytesIO()
    try:
        before_and_after(pipe, prompts, name=name, seed=seed, should_stop=should_stop).save(stream, "PNG")
    except Stopped:
        return
    write_private(sheet.path, stream.getvalue())
