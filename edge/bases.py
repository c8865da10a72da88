"""Bases on this computer: fetched file by file, each by its hash, and checked as a whole against the round's hash."""

import os
import re
import shutil
from pathlib import Path
from typing import Any, NamedTuple

from edge.api import Api
from edge.downloads import Downloads
from edge.paths import FOLDER_MODE, Home
from federation.protocol.errors import refusal

MAX_FILES = 256
LOADED = (".safetensors", ".json", ".txt")
"""Weights, configuration, vocabulary. Never a pickle or a script: those can run code."""
_PATH = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*){0,3}")


class File(NamedTuple):
    """One file of a base."""

    path: str
    sha256: str
    size: int


def fetch(api: Api, downloads: Downloads, home: Home, base: str, max_mb: int) -> Path:
    """The folder of that base, fetched where it is not there yet.

    Raises Refusal `base-file-unsafe`, `base-too-large`, `base-hash-differs` or those of a download.
    """
    folder = home.cache / "bases" / base.removeprefix("sha256:")
    if folder.is_dir() and _hash(folder) == base:
        return folder
    files = listed(api.base(base), max_mb)
    fresh = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    for file in files:
        blob = downloads.fetch(file.sha256, file.size)
        target = fresh / file.path
        target.parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        _link(blob, target)
    if not (fresh / "model_index.json").is_file() or _hash(fresh) != base:
        shutil.rmtree(fresh, ignore_errors=True)
        raise refusal("base-hash-differs")
    if beside := _uncounted(fresh, files):
        shutil.rmtree(fresh, ignore_errors=True)
        raise refusal("base-file-unsafe", f"{beside[0]!r} is no part of it.")
    shutil.rmtree(folder, ignore_errors=True)
    fresh.replace(folder)
    return folder


def listed(answer: dict[str, Any], max_mb: int) -> list[File]:
    """The files of a listing, each with a plain path inside the folder and a kind that is safe to load."""
    rows = answer.get("files")
    if not isinstance(rows, list) or not 1 <= len(rows) <= MAX_FILES:
        raise refusal("server-answer", "It lists no files.")
    files = [_file(row) for row in rows]
    if len({file.path.lower() for file in files}) != len(files):
        raise refusal("base-file-unsafe", "Two files have one name.")
    if sum(file.size for file in files) > max_mb * 1_000_000:
        raise refusal("base-too-large", f"You accept {max_mb} MB.")
    return files


def _file(row: Any) -> File:
    try:
        path, sha256, size = row["path"], row["sha256"], row["size"]
    except (TypeError, KeyError):
        raise refusal("server-answer", "A file is not described.") from None
    if not isinstance(path, str) or not _PATH.fullmatch(path) or not path.endswith(LOADED):
        raise refusal("base-file-unsafe", f"It is {str(path)[:80]!r}.")
    if type(size) is not int or size < 0 or not isinstance(sha256, str):
        raise refusal("server-answer", "A file is not described.")
    return File(path, sha256, size)


def _hash(folder: Path) -> str:
    from diffusion.base import base_hash  # standard library only

    try:
        return base_hash(folder)
    except (FileNotFoundError, ValueError):
        return ""


def _uncounted(folder: Path, files: list[File]) -> list[str]:
    """Files of a listing that the hash says nothing about: they could be anything."""
    from diffusion.base import base_files

    counted = {path.relative_to(folder).as_posix() for path in base_files(folder)}
    return sorted({file.path for file in files} - counted)


def _link(blob: Path, target: Path) -> None:
    """A second name for the cached file, or a copy where the disk has no such thing."""
    try:
        os.link(blob, target)
    except OSError:
        shutil.copyfile(blob, target)
