"""The base that ships with FedArt: where it lies, and the name (a hash) by which everybody means the same
weights.

Standard library only: the server names bases and never loads one in a web process.
"""

import hashlib
import json
from pathlib import Path

WEIGHTS_AND_CONFIG = (".safetensors", ".bin", ".json", ".txt")


def shipped_base_dir() -> Path:
    """The folder of the embedded base, in the layout that ``StableDiffusionPipeline.from_pretrained``
    reads."""
    return Path(__file__).resolve().parent / "model"


def base_files(folder: Path) -> list[Path]:
    """The files that decide what a base draws (weights, configuration, vocabulary), sorted by relative path.

    They are model_index.json and the files of the folders of its parts. What else lies beside model_index.json
    (the model card, licences) is left out: correcting a sentence must not rename the base.
    Raises FileNotFoundError where `folder` is not a base.
    """
    if not (folder / "model_index.json").is_file():
        raise FileNotFoundError(
            f"{folder} is not a base: it has no model_index.json (a diffusers folder has one)."
        )
    parts = (
        p for p in folder.rglob("*") if p.is_file() and p.suffix in WEIGHTS_AND_CONFIG and p.parent != folder
    )
    seen = [p for p in parts if not any(part.startswith(".") for part in p.relative_to(folder).parts)]
    return sorted([folder / "model_index.json", *seen], key=lambda p: p.relative_to(folder).as_posix())


def base_hash(folder: Path) -> str:
    """``sha256:<64 hex digits>`` over the canonical JSON list of ``[relative path, sha256 of the bytes]``."""
    manifest = [[p.relative_to(folder).as_posix(), _digest(p)] for p in base_files(folder)]
    canonical = json.dumps(manifest, separators=(",", ":"), ensure_ascii=False).encode()
    return "sha256:" + hashlib.sha256(canonical).hexdigest()


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
