"""Bases that the artist has already, or fetches herself from a model hub: they are then not fetched from the server.

Each is laid out in the cache under the hash of what it holds, where `bases.fetch` looks first. So one list decides
whatever the source: a round uses the base whose hash its manifest names, and no other.
"""

import shutil
import tempfile
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from edge.config import Rules
from edge.paths import FOLDER_MODE, Home
from federation.protocol.errors import refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from diffusion.hub import Offer

PREFIX = "sha256:"
MB = 1_000_000


@dataclass(frozen=True)
class Held:
    """A base in the cache: its hash, its folder, its size in bytes."""

    hash: str
    folder: Path
    size: int


def held(home: Home) -> list[Held]:
    """The bases in the cache, by their hash; not read again, only listed."""
    folders = (home.cache / "bases").glob("[0-9a-f]" * 64)
    return [Held(PREFIX + one.name, one, _size(one)) for one in sorted(folders) if one.is_dir()]


def add_folder(home: Home, folder: Path, rules: Rules) -> Held:
    """Lays out the base in `folder` (links, no copies).

    Raises Refusal `base-not-one`, `base-file-unsafe` (pickles only), `base-too-large` or `base-not-accepted`.
    """
    from diffusion.base import base_files, base_hash
    from diffusion.base.files import only_pickled
    from diffusion.hub import link

    folder = folder.expanduser().absolute()
    try:
        index, files = _index(folder), base_files(folder)
    except (OSError, ValueError) as error:
        raise refusal("base-not-one", str(error)[:200]) from None
    pickled = only_pickled((p.relative_to(folder).as_posix() for p in folder.glob("*/*")), index)
    if pickled:
        raise refusal("base-file-unsafe", f"Its {pickled[0]} is there only as a pickle.")
    _check_size(sum(path.stat().st_size for path in files), rules)
    with _draft(home) as draft:
        for path in files:
            target = draft / path.relative_to(folder)
            target.parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
            link(path.resolve(), target)
        return _settle(home, draft, base_hash(draft), rules)


def add_offer(
    home: Home, offer: "Offer", rules: Rules, *, cache: Path | None, on_file: Callable[[int, int], None]
) -> Held:
    """Fetches what a hub offers into the cache that all programs share, and lays it out here.

    Raises Refusal `base-too-large`, `base-hub` or `base-not-accepted`.
    """
    from diffusion import hub

    _check_size(offer.size, rules)
    with _draft(home) as draft:
        try:
            found = hub.fetch(offer, draft, cache=cache, on_file=on_file)
        except hub.HubError as error:
            raise refusal("base-hub", str(error)) from None
        return _settle(home, draft, found, rules)


def _settle(home: Home, draft: Path, found: str, rules: Rules) -> Held:
    """The draft becomes the base of that hash, if the artist's list, where she has one, names it."""
    if rules.bases and found not in rules.bases:
        raise refusal("base-not-accepted", f"It is {found}.")
    folder = home.cache / "bases" / found.removeprefix(PREFIX)
    shutil.rmtree(folder, ignore_errors=True)
    draft.replace(folder)
    return Held(found, folder, _size(folder))


@contextmanager
def _draft(home: Home) -> "Iterator[Path]":
    """A folder in the cache that is gone afterwards, unless it was moved."""
    bases = home.cache / "bases"
    bases.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="draft-", dir=bases) as name:
        yield Path(name) / "base"


def _index(folder: Path) -> dict[str, object]:
    import json

    from diffusion.base.files import CLASSES, INDEX

    index = json.loads((folder / INDEX).read_text("utf-8"))
    if not isinstance(index, dict) or index.get("_class_name") not in CLASSES:
        raise ValueError(f"One of {', '.join(CLASSES)} can be trained here.")
    return index


def _check_size(size: int, rules: Rules) -> None:
    if size > rules.max_base_mb * MB:
        raise refusal("base-too-large", f"It has {size // MB} MB, you accept {rules.max_base_mb} MB.")


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
