"""Which files of a folder, or of a repository at a hub, are the base: its index, and what its parts are loaded from.

A repository also holds pickles, other precisions, other runtimes' weights and parts that are never loaded. None of
these is fetched, opened, or counted in the base's hash. Standard library only.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

INDEX = "model_index.json"
CLASSES = ("StableDiffusionPipeline", "StableDiffusionXLPipeline", "StableDiffusion3Pipeline")
"""What can be trained here, by `_class_name` of the index."""
UNUSED = ("safety_checker", "feature_extractor", "image_encoder")
"""Parts that some bases have and that are never loaded: the gallery has a check of its own."""
WEIGHTS = re.compile(r"[A-Za-z0-9_-]+\.safetensors")
"""No second dot: `model.fp16.safetensors` is another precision of `model.safetensors`."""
PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl")
_SHARDS = re.compile(r"[A-Za-z0-9_-]+\.safetensors\.index\.json")


def chosen(paths: Iterable[str], index: Mapping[str, Any]) -> list[str]:
    """Of relative paths with "/" those that are the base, sorted; `index` is the parsed model_index.json."""
    parts = parts_of(index)
    return sorted(path for path in paths if path == INDEX or _counts(path, parts))


def only_pickled(paths: Iterable[str], index: Mapping[str, Any]) -> list[str]:
    """Parts whose weights are there as pickles and not as safetensors, sorted: such a base is not loaded."""
    parts, listed = parts_of(index), list(paths)
    pickled = {path.partition("/")[0] for path in listed if path.endswith(PICKLES) and path.count("/") == 1}
    safe = {path.partition("/")[0] for path in chosen(listed, index) if path.endswith(".safetensors")}
    return sorted(part for part in pickled - safe if (not parts or part in parts) and part not in UNUSED)


def parts_of(index: Mapping[str, Any]) -> frozenset[str]:
    """The folders that an index names: its members of the form [library, class]. Empty: it names none."""
    named = (name for name, told in index.items() if isinstance(told, list) and len(told) == 2 and all(told))
    return frozenset(named) - frozenset(UNUSED)


def _counts(path: str, parts: frozenset[str]) -> bool:
    part, slash, name = path.partition("/")
    if not slash or "/" in name or name.startswith(".") or part.startswith(".") or part in UNUSED:
        return False
    if parts and part not in parts:
        return False
    if name.endswith(".safetensors"):
        return WEIGHTS.fullmatch(name) is not None
    if ".index." in name:
        return _SHARDS.fullmatch(name) is not None
    return name.endswith((".json", ".txt"))
