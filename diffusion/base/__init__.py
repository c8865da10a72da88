"""The base that ships with FedArt: where it lies, and the name (a hash) by which everybody means the same
weights.

Standard library only: the server names bases and never loads one in a web process.
"""

import hashlib
import json
from pathlib import Path

from diffusion.base.files import INDEX, chosen


def shipped_base_dir() -> Path:
    """The folder of the embedded base, in the layout that ``StableDiffusionPipeline.from_pretrained``
    reads."""
    return Path(__file__).resolve().parent / "model"


def base_files(folder: Path) -> list[Path]:
    """The files that decide what a base draws (weights, configuration, vocabulary), sorted by relative path.

    They are model_index.json and what its parts are loaded from (diffusion/base/files.py). What else lies there (the
    card, licences, pickles, other precisions) is left out: correcting a sentence must not rename the base.
    Raises FileNotFoundError where `folder` is not a base, ValueError for an index that is not JSON.
    """
    if not (folder / INDEX).is_file():
        raise FileNotFoundError(
            f"{folder} is not a base: it has no model_index.json (a diffusers folder has one)."
        )
    index = json.loads((folder / INDEX).read_text("utf-8"))
    found = [INDEX, *(p.relative_to(folder).as_posix() for p in folder.glob("*/*") if p.is_file())]
    return [folder / path for path in chosen(found, index if isinstance(index, dict) else {})]


def base_hash(folder: Path) -> str:
    """``sha256:<64 hex digits>`` over the canonical JSON list of ``[relative path, sha256 of the bytes]``."""
    manifest = [[p.relative_to(folder).as_posix(), _digest(p)] for p in base_files(folder)]
    canonical = json.dumps(manifest, separators=(",", ":"), ensure_ascii=False).encode()
    return "sha256:" + hashlib.sha256(canonical).hexdigest()


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
