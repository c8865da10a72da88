"""Opens a base: the shipped one, a tiny one for tests, or any folder of a known family, through one code path."""

import json
from pathlib import Path
from typing import Any

import torch
from diffusers.utils.logging import disable_progress_bar, set_verbosity_error

from diffusion.base.files import UNUSED
from diffusion.families import Family, denoiser, family_of_class

MAX_INDEX = 1_000_000


def load_base(folder: Path, *, device: str | None = None, dtype: torch.dtype = torch.float32) -> Any:
    """The base in `folder` as a pipeline of its family, frozen, in evaluation mode, on `device` (None: the CPU).

    Only safetensors are read (a pickle can run code), nothing is downloaded, no code in the folder is run, and no
    safety checker is attached. Raises FileNotFoundError where there is no base, OSError where its files are
    incomplete, UnknownFamily (a ValueError) for a class that cannot be trained here.
    """
    family = family_in(folder)
    set_verbosity_error()  # its warnings quote prompts, which are nobody's business in a log
    disable_progress_bar()  # loading is quick, and the bar would go into a worker's log
    known = json.loads((folder / "model_index.json").read_text("utf-8"))
    unused: dict[str, Any] = {part: None for part in UNUSED if part in known}
    if "safety_checker" in unused:
        unused["requires_safety_checker"] = False
    pipe = family.pipeline.from_pretrained(
        str(folder), dtype=dtype, local_files_only=True, use_safetensors=True, **unused
    )
    pipe.scheduler = family.sampler(pipe)
    for part in pipe.components.values():
        if isinstance(part, torch.nn.Module):
            part.requires_grad_(False).eval()
    pipe.set_progress_bar_config(disable=True)
    return pipe.to(device) if device else pipe


def family_in(folder: Path) -> Family:
    """The family of the base in `folder`, from its model_index.json: nothing is loaded.

    Raises FileNotFoundError where there is no base, UnknownFamily (a ValueError) for another class.
    """
    index = folder / "model_index.json"
    if not index.is_file():
        raise FileNotFoundError(
            f"{folder} is not a diffusion base: model_index.json is missing. Give a folder written by diffusers, "
            "for example diffusion.base.shipped_base_dir()."
        )
    if index.stat().st_size > MAX_INDEX:
        raise ValueError(f"{index} is too large to be an index of parts")
    told = json.loads(index.read_text("utf-8"))
    return family_of_class(str(told.get("_class_name", "")) if isinstance(told, dict) else "")


def default_size(pipe: Any) -> int:
    """Side of the base's own pictures in pixels."""
    return int(denoiser(pipe).config.sample_size * pipe.vae_scale_factor)
