"""Opens a base: the shipped one, a tiny one for tests, or any Stable Diffusion folder, through one code
path."""

from pathlib import Path

import torch
from diffusers import DPMSolverMultistepScheduler, StableDiffusionPipeline
from diffusers.utils.logging import disable_progress_bar


def load_base(folder: Path, *, device: str | None = None) -> StableDiffusionPipeline:
    """The base in `folder` as a pipeline in fp32, frozen, in evaluation mode, on `device` (None: the CPU).

    Only safetensors are read (a pickle can run code), nothing is downloaded, and no safety checker is
    attached: the gallery has its own. The sampler is DPM-Solver++ with trailing times. Raises
    FileNotFoundError where there is no base, OSError where its files are incomplete.
    """
    if not (folder / "model_index.json").is_file():
        raise FileNotFoundError(
            f"{folder} is not a diffusion base: model_index.json is missing. Give a folder written by diffusers, "
            "for example diffusion.base.shipped_base_dir()."
        )
    disable_progress_bar()  # loading is quick, and the bar would go into a worker's log
    pipe: StableDiffusionPipeline = StableDiffusionPipeline.from_pretrained(
        str(folder),
        dtype=torch.float32,
        safety_checker=None,
        requires_safety_checker=False,
        local_files_only=True,
        use_safetensors=True,
    )
    pipe.scheduler = DPMSolverMultistepScheduler.from_config(
        pipe.scheduler.config, timestep_spacing="trailing"
    )
    for part in (pipe.unet, pipe.vae, pipe.text_encoder):
        part.requires_grad_(False).eval()
    pipe.set_progress_bar_config(disable=True)
    return pipe.to(device) if device else pipe


def default_size(pipe: StableDiffusionPipeline) -> int:
    """Side of the base's own pictures in pixels."""
    return int(pipe.unet.config.sample_size * pipe.vae_scale_factor)
