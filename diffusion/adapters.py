"""Adapters (LoRA) on a base: attached, switched, read and written as plain arrays.

FFA-LoRA: every artist has the same A (diffusion/shape.py), so the average of the products BA is the product of the
average of B with A, and summing B is exact.
"""

import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from peft import LoraConfig
from peft.tuners.lora import LoraLayer
from peft.utils import get_peft_model_state_dict

from diffusion.families import denoiser, family_of
from diffusion.shape import ALL_TARGETS, DEFAULT_SHAPE, Array, LoraShape, public_a

__all__ = [
    "ALL_TARGETS", "DEFAULT_SHAPE", "LoraShape", "attach", "b_spec", "default_shape", "detach", "public_a", "read_b",
    "save_diffusers", "set_strengths", "sites", "strengths", "trainable", "write_b",
]  # fmt: skip

STRENGTH_MAX = 1.5
FACTORS = ("A", "B")


def default_shape(pipe: Any) -> LoraShape:
    """What suits this base: every layer of a small one, the attention of a large one."""
    return replace(DEFAULT_SHAPE, targets=family_of(pipe).targets(pipe))


def attach(pipe: Any, shape: LoraShape, *, name: str) -> None:
    """Adds the adapter `name` to the denoiser at strength 1; it changes nothing yet (B = 0). Others keep their
    strength.

    Raises ValueError for a name that is taken or is not of letters, digits, "-" and "_", or targets not in
    this base.
    """
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", name):
        raise ValueError(f"{name!r} cannot name an adapter: use 1 to 64 letters, digits, '-' or '_'.")
    before = strengths(pipe)
    if name in before:
        raise ValueError(f"This base already has an adapter called {name!r}; detach it first.")
    config = LoraConfig(r=shape.rank, lora_alpha=shape.alpha, target_modules=list(shape.targets))
    with warnings.catch_warnings():  # peft warns that there is a first adapter when a second one comes
        warnings.simplefilter("ignore")
        denoiser(pipe).add_adapter(config, adapter_name=name)
    for tensor, factor in _factors(pipe, name, "lora_A"):
        factor.data.copy_(torch.from_numpy(public_a(tensor, tuple(factor.shape), seed=shape.seed)))
    for _, factor in _factors(pipe, name, "lora_B"):
        factor.data.zero_()
    set_strengths(pipe, {**before, name: 1.0})
    for _, factor in _factors(pipe, name, "lora_B"):
        factor.requires_grad_(True)


def detach(pipe: Any, *, name: str) -> None:
    """Removes the adapter `name`; the others keep their strength."""
    rest = {k: v for k, v in strengths(pipe).items() if k != name}
    _known(pipe, name)
    denoiser(pipe).delete_adapters(name)
    if rest:
        set_strengths(pipe, rest)


def b_spec(pipe: Any, *, name: str) -> list[tuple[str, tuple[int, ...]]]:
    """Names and shapes of the B factors, sorted by name: the whole of what is shared with a round."""
    return [(tensor, tuple(factor.shape)) for tensor, factor in _factors(pipe, name, "lora_B")]


def read_b(pipe: Any, *, name: str) -> dict[str, Array]:
    """Copies of the B factors in fp32, in the order of `b_spec`."""
    return {t: f.detach().float().cpu().numpy().copy() for t, f in _factors(pipe, name, "lora_B")}


def write_b(pipe: Any, tensors: Mapping[str, NDArray[Any]], *, name: str) -> None:
    """Replaces the B factors. Raises ValueError, and changes nothing, unless exactly the tensors of `b_spec`
    come with exactly their shapes and finite numbers."""
    factors = dict(_factors(pipe, name, "lora_B"))
    if set(tensors) != set(factors):
        odd = sorted(set(tensors) ^ set(factors))[0]
        raise ValueError(
            f"This adapter does not fit: {odd!r} is on one side only. Was it made for another base?"
        )
    for tensor, factor in factors.items():
        if tuple(np.shape(tensors[tensor])) != tuple(factor.shape):
            raise ValueError(
                f"{tensor} should have the shape {tuple(factor.shape)}, not {np.shape(tensors[tensor])}"
            )
        if not np.isfinite(tensors[tensor]).all():
            raise ValueError(f"{tensor} holds numbers that are not finite")
    for tensor, factor in factors.items():
        factor.data.copy_(torch.from_numpy(np.array(tensors[tensor], dtype=np.float32)))


def sites(pipe: Any, *, name: str) -> dict[str, torch.nn.Module]:
    """The modules that hold B, by the names of `b_spec` and in its order. Raises ValueError if unknown."""
    _known(pipe, name)
    end = f".lora_B.{name}"
    found = {n.removesuffix(end): m for n, m in denoiser(pipe).named_modules() if n.endswith(end)}
    return {f"{site}.lora_B.weight": found[site] for site in sorted(found)}


def strengths(pipe: Any) -> dict[str, float]:
    """Every attached adapter with its present strength (0 where it is switched off)."""
    for layer in _layers(pipe):
        on = set(layer.active_adapters)
        return {
            n: layer.scaling[n] * layer.r[n] / layer.lora_alpha[n] if n in on else 0.0 for n in layer.lora_A
        }
    return {}


def set_strengths(pipe: Any, strengths: Mapping[str, float]) -> None:
    """Sets the strength of every attached adapter, 0.0 (as if it were not there) to 1.5.

    All must be named: an adapter that is forgotten would be switched off silently. Nothing is trainable
    afterwards.
    """
    attached = {n for layer in _layers(pipe) for n in layer.lora_A}
    if set(strengths) != attached:
        raise ValueError(
            f"Name every adapter: {sorted(attached)} are attached, {sorted(strengths)} were given."
        )
    for name, value in strengths.items():
        if not 0.0 <= value <= STRENGTH_MAX:
            raise ValueError(f"The strength of {name!r} is {value}; it goes from 0.0 to {STRENGTH_MAX}.")
    if strengths:
        denoiser(pipe).set_adapters(list(strengths), [float(v) for v in strengths.values()])
    denoiser(pipe).requires_grad_(False)  # set_adapters turns gradients on, for A too


def trainable(pipe: Any, *, name: str, factors: str = "B") -> list[torch.nn.Parameter]:
    """Makes those factors of `name` ("B", or "AB" for plain LoRA), and nothing else in the base, trainable.

    Returns them in fp32, B first, each in the order of `b_spec`. Raises ValueError if unknown.
    """
    denoiser(pipe).requires_grad_(False)
    found = [
        factor for one in sorted(factors, reverse=True) for _, factor in _factors(pipe, name, f"lora_{one}")
    ]
    for factor in found:
        factor.data = factor.data.float()  # a base in half precision: its steps would be lost in rounding
        factor.requires_grad_(True)
    return found


def save_diffusers(pipe: Any, folder: Path, *, name: str) -> Path:
    """Writes A, B and alpha as one safetensors file that plain `pipe.load_lora_weights` reads; returns its
    path."""
    _known(pipe, name)
    model, part = denoiser(pipe), family_of(pipe).part
    tensors = {
        f"{part}_lora_layers": get_peft_model_state_dict(model, adapter_name=name),
        f"{part}_lora_adapter_metadata": model.peft_config[
            name
        ].to_dict(),  # without it alpha / rank would become 1
    }
    type(pipe).save_lora_weights(str(folder), **tensors, safe_serialization=True)
    return folder / "pytorch_lora_weights.safetensors"


def _layers(pipe: Any) -> Iterator[LoraLayer]:
    return (m for m in denoiser(pipe).modules() if isinstance(m, LoraLayer))


def _known(pipe: Any, name: str) -> None:
    if name not in strengths(pipe):
        raise ValueError(f"No adapter called {name!r} is attached; there are {sorted(strengths(pipe))}.")


def _factors(pipe: Any, name: str, factor: str) -> list[tuple[str, torch.nn.Parameter]]:
    """The factors of one adapter by the name of their tensor without the adapter's own name, sorted."""
    _known(pipe, name)
    end = f".{factor}.{name}.weight"
    found = [(n, p) for n, p in denoiser(pipe).named_parameters() if n.endswith(end)]
    return sorted((n.removesuffix(end) + f".{factor}.weight", p) for n, p in found)
