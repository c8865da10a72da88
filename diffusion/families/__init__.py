"""Families of bases: everything in which Stable Diffusion 1, SDXL and Stable Diffusion 3 differ, and nothing else.

words     what the text encoders made of captions
family    the questions that a family answers, with the answers that most share
unet      Stable Diffusion 1.x and 2.x, SDXL: noise is predicted by a UNet
flow      Stable Diffusion 3: the flow from noise to picture is predicted by a transformer

The rest of the package loads, trains and draws through `family_of(pipe)` alone.
"""

from typing import Any

from diffusion.families.family import Family
from diffusion.families.flow import StableDiffusion3
from diffusion.families.unet import StableDiffusion, StableDiffusionXL
from diffusion.families.words import Words

__all__ = ["FAMILIES", "Family", "UnknownFamily", "Words", "denoiser", "family_of", "family_of_class"]

FAMILIES: tuple[Family, ...] = (StableDiffusion(), StableDiffusionXL(), StableDiffusion3())


class UnknownFamily(ValueError):
    """A base of a class that FedArt cannot train."""


def family_of_class(name: str) -> Family:
    """The family whose pipelines have that class name, as model_index.json has it under `_class_name`."""
    for family in FAMILIES:
        if family.pipeline.__name__ == name:
            return family
    known = ", ".join(family.pipeline.__name__ for family in FAMILIES)
    raise UnknownFamily(f"{name[:80]!r} is no base that can be trained here: use one of {known}.")


def family_of(pipe: Any) -> Family:
    """The family of a loaded base."""
    return family_of_class(type(pipe).__name__)


def denoiser(pipe: Any) -> Any:
    """The part that adapters sit on: the UNet or the transformer."""
    return getattr(pipe, family_of(pipe).part)
