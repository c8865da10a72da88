"""What of an adapter is shared and summed, and how the layers' factors follow from it.

"B" (FFA-LoRA)  B itself; A is public.                             s B A
"R" (core)      r x r a layer; A and U are public.   B = U R       s U R A

Both are linear in what is shared, so a sum over artists is exact. U has orthonormal columns and A orthonormal rows: the
norm of R is the norm of the change, and a core adapter weighs r x r numbers a layer instead of r x outputs.
(Fed-SB, Singhal et al. 2025; LoRA-XS.) What a public subspace does not hold, a core adapter cannot learn.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.utils import parametrize

from diffusion.adapters import b_spec, read_b, sites, trainable, write_b
from diffusion.shape import Array, public_u

KINDS = ("B", "R")
Shapes = Mapping[str, tuple[int, ...]]


def shared_spec(pipe: Any, *, name: str, kind: str = "B") -> list[tuple[str, tuple[int, ...]]]:
    """Names and shapes of what is shared, sorted by name."""
    if kind == "B":
        return b_spec(pipe, name=name)
    return sorted((_core(tensor), (shape[1], shape[1])) for tensor, shape in b_spec(pipe, name=name))


def b_of(
    kind: str, tensors: Mapping[str, NDArray[Any]], shapes: Shapes, *, seed: int
) -> dict[str, NDArray[Any]]:
    """B of every layer, by the names and `shapes` of `b_spec`, from what is shared.

    Raises ValueError where the tensors are not those of the layers.
    """
    if kind == "B":
        return dict(tensors)
    if set(tensors) != {_core(name) for name in shapes}:
        raise ValueError("This adapter does not fit: it was made for another base.")
    found = {}
    for name, shape in shapes.items():
        core = np.asarray(tensors[_core(name)], dtype=np.float32)
        if core.shape != (shape[1], shape[1]):
            raise ValueError(f"{_core(name)} should have the shape {(shape[1], shape[1])}, not {core.shape}")
        found[name] = (public_u(name, shape[:2], seed=seed) @ core).reshape(shape)
    return found


def b_shapes(model: nn.Module, layers: Mapping[str, Tensor]) -> dict[str, tuple[int, ...]]:
    """Names and shapes of B, as `b_spec` has them, for a base to which nothing is attached; `layers` are their A."""
    parts: dict[str, Any] = dict(model.named_modules())
    found: dict[str, tuple[int, ...]] = {}
    for name, a in layers.items():
        tail = (1, 1) if isinstance(parts[name], nn.Conv2d) else ()
        weight: Tensor = parts[name].weight
        found[f"{name}.lora_B.weight"] = (weight.shape[0], a.shape[0], *tail)
    return found


def write_shared(pipe: Any, tensors: Mapping[str, NDArray[Any]], *, name: str, kind: str, seed: int) -> None:
    """Makes the adapter `name` what these shared tensors say. Raises ValueError as `write_b`."""
    write_b(pipe, b_of(kind, tensors, dict(b_spec(pipe, name=name)), seed=seed), name=name)


def read_shared(pipe: Any, *, name: str, kind: str, seed: int) -> dict[str, Array]:
    """Copies of what is shared, in fp32: B, or R = U'B."""
    held = read_b(pipe, name=name)
    if kind == "B":
        return held
    cores = {
        _core(tensor): public_u(tensor, b.shape[:2], seed=seed).T @ b.reshape(b.shape[0], -1)
        for tensor, b in held.items()
    }
    return {tensor: np.ascontiguousarray(cores[tensor], dtype=np.float32) for tensor in sorted(cores)}


@contextmanager
def training(pipe: Any, *, name: str, factors: str, seed: int) -> Iterator[list[nn.Parameter]]:
    """What a training of `factors` ("B", "AB" or "R") trains, in fp32. While R is trained, each B is U R."""
    parameters = trainable(pipe, name=name, factors="B" if factors == "R" else factors)
    if factors != "R":
        yield parameters
        return
    found: dict[str, Any] = dict(sites(pipe, name=name))
    try:
        for tensor, layer in found.items():
            u = torch.from_numpy(public_u(tensor, tuple(layer.weight.shape[:2]), seed=seed))
            wrapped = _Core(u.to(layer.weight.device), tuple(layer.weight.shape))
            parametrize.register_parametrization(layer, "weight", wrapped, unsafe=True)
        yield [layer.parametrizations.weight.original for layer in found.values()]
    finally:
        for layer in found.values():
            if parametrize.is_parametrized(layer, "weight"):
                parametrize.remove_parametrizations(layer, "weight", leave_parametrized=True)


class _Core(nn.Module):
    """B = U R."""

    u: Tensor

    def __init__(self, u: Tensor, shape: tuple[int, ...]) -> None:
        super().__init__()
        self.register_buffer("u", u, persistent=False)
        self.shape = shape

    def forward(self, core: Tensor) -> Tensor:
        made: Tensor = (self.u @ core).view(self.shape)
        return made

    def right_inverse(self, b: Tensor) -> Tensor:
        core: Tensor = self.u.T @ b.detach().flatten(1)
        return core


def _core(tensor: str) -> str:
    return tensor.replace(".lora_B.", ".lora_R.")
