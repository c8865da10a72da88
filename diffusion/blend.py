"""Adapters in a base that draws for many: each picture of a batch with adapters and strengths of its own.

An adapter adds s B A x to a layer. Adapters side by side are one adapter of a higher rank: their A stacked, their B,
each times its strength and scale, side by side. Where a whole batch draws with one such blend, it is added into the
layers' weights, and a step then costs nothing more than the bare base. Where the pictures of a batch differ, the
layers keep their own weights and each picture gets its own two small products, all pictures at a time (bmm, and a
grouped convolution): no loop over adapters.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
import torch.nn.functional as F
from safetensors import SafetensorError
from safetensors.torch import load
from torch import Tensor, nn

from diffusion.adapters import LoraShape, public_a
from diffusion.kohya import METADATA


@dataclass(frozen=True, eq=False, repr=False)
class Weights:
    """One adapter in memory: for each layer A (rank first) and B (rank last), fp32; `scale` is alpha / rank."""

    a: Mapping[str, Tensor]
    b: Mapping[str, Tensor]
    scale: float

    @property
    def bytes(self) -> int:
        """What it takes in memory."""
        return sum(t.numel() * t.element_size() for part in (self.a, self.b) for t in part.values())


@dataclass(frozen=True, eq=False)
class Part:
    """An adapter at a strength of 0.0 to 1.5."""

    weights: Weights
    strength: float


Blend = Sequence[Part]
"""What one picture is drawn with, beside the base. An empty one is the base alone."""


def layers_of(model: nn.Module, targets: Sequence[str]) -> dict[str, nn.Module]:
    """The linear and convolution layers whose name is, or ends with a dot and, one of `targets`."""
    ends = tuple(f".{target}" for target in targets)
    return {
        name: layer
        for name, layer in model.named_modules()
        if isinstance(layer, nn.Linear | nn.Conv2d) and (name in targets or name.endswith(ends))
    }


def public_factors(model: nn.Module, shape: LoraShape) -> dict[str, Tensor]:
    """A of every layer, from its public seed: the same for all versions of a shape, and some work to make."""
    return {
        name: torch.from_numpy(
            public_a(f"{name}.lora_A.weight", _a_shape(layer, shape.rank), seed=shape.seed)
        )
        for name, layer in layers_of(model, shape.targets).items()
    }


def shared_weights(
    model: nn.Module, a: Mapping[str, Tensor], b: Mapping[str, Any], *, scale: float
) -> Weights:
    """A version of the shared adapter: A from `public_factors`, B as `diffusion.adapters.read_b` names it.

    Raises ValueError where B's tensors do not fit the base.
    """
    if set(b) != {f"{name}.lora_B.weight" for name in a}:
        raise ValueError("This adapter does not fit: it was made for another base.")
    told = {name: torch.as_tensor(b[f"{name}.lora_B.weight"], dtype=torch.float32) for name in a}
    return _checked(model, Weights(a, told, scale))


def file_weights(model: nn.Module, tensors: Mapping[str, Tensor], alpha: float) -> Weights:
    """A personal adapter from the tensors of a file of `diffusion.adapters.save_diffusers`.

    Raises ValueError for another kind of file, or one that does not fit the base.
    """
    a: dict[str, Tensor] = {}
    b: dict[str, Tensor] = {}
    for key, tensor in tensors.items():
        name = key.removeprefix("unet.").removeprefix("transformer.")
        side = a if name.endswith(".lora_A.weight") else b if name.endswith(".lora_B.weight") else None
        if side is None:
            raise ValueError(f"{key!r} is no factor of an adapter")
        side[name[: -len(".lora_A.weight")]] = tensor.float()
    if not a or set(a) != set(b):
        raise ValueError("an adapter needs both factors of every layer")
    ranks = {factor.shape[0] for factor in a.values()}
    if len(ranks) != 1 or not alpha > 0:
        raise ValueError("an adapter has one rank, and an alpha above 0")
    return _checked(model, Weights(a, b, alpha / ranks.pop()))


def read_file(model: nn.Module, data: bytes) -> Weights:
    """A personal adapter from the bytes of a file of `diffusion.adapters.save_diffusers`; nothing touches the disk.

    Raises ValueError for anything else.
    """
    try:
        tensors = load(data)
        length = int.from_bytes(data[:8], "little")
        told = json.loads(json.loads(data[8 : 8 + length])["__metadata__"][METADATA])
        alphas = {float(value) for key, value in told.items() if key.endswith("lora_alpha")}
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        raise ValueError("This file holds no adapter, or does not say its alpha.") from error
    if len(alphas) != 1:
        raise ValueError("This file does not say its alpha.")
    return file_weights(model, tensors, alphas.pop())


def _a_shape(layer: nn.Module, rank: int) -> tuple[int, ...]:
    return (rank, *_weight(layer).shape[1:])


def _weight(layer: nn.Module) -> Tensor:
    weight: Tensor = layer.weight  # type: ignore[assignment]
    return weight


def _checked(model: nn.Module, weights: Weights) -> Weights:
    layers = dict(model.named_modules())
    for name, a in weights.a.items():
        layer, b = layers.get(name), weights.b[name]
        if not isinstance(layer, nn.Linear | nn.Conv2d):
            raise ValueError(f"This adapter does not fit: the base has no layer {name!r}.")
        tail = (1, 1) if isinstance(layer, nn.Conv2d) else ()
        if tuple(a.shape) != _a_shape(layer, a.shape[0]) or tuple(b.shape) != (
            _weight(layer).shape[0], a.shape[0], *tail,
        ):  # fmt: skip
            raise ValueError(f"{name} has another shape in this adapter than in the base")
        if not (torch.isfinite(a).all() and torch.isfinite(b).all()):
            raise ValueError(f"{name} holds numbers that are not finite")
    return weights


@dataclass(eq=False)
class Blender:
    """Sets what the pictures of the next batch are drawn with. One per loaded base; nothing else may change its
    weights. `model` is the pipeline's denoiser."""

    model: nn.Module
    _plain: dict[str, Tensor] = field(default_factory=dict)
    _hooks: list[Any] = field(default_factory=list)
    _now: tuple[tuple[int, float], ...] = ()
    _held: tuple[Blend, ...] = ()
    """What is in use stays alive: its identity is how it is known again."""

    def use(self, blends: Sequence[Blend]) -> None:
        """One blend for each picture of the batch, in its order."""
        keys = {_key(blend) for blend in blends}
        if len(keys) == 1:
            if keys != {self._now}:
                self.clear()
                self._merge(blends[0])
                self._now = keys.pop()
        else:
            self.clear()
            self._hook(blends)
        self._held = tuple(blends)

    def clear(self) -> None:
        """The bare base again, bit for bit."""
        for hook in self._hooks:
            hook.remove()
        self._hooks.clear()
        layers = dict(self.model.named_modules()) if self._plain else {}
        for name, weight in self._plain.items():
            _weight(layers[name]).data = weight
        self._plain.clear()
        self._now, self._held = (), ()

    @torch.no_grad()
    def _merge(self, blend: Blend) -> None:
        layers = dict(self.model.named_modules())
        for name in _names([blend]):
            layer = layers[name]
            a, b = _stacked(blend, name, layer)
            self._plain[name] = _weight(layer).data
            _weight(layer).data = self._plain[name] + (b @ a).reshape(_weight(layer).shape)

    def _hook(self, blends: Sequence[Blend]) -> None:
        layers = dict(self.model.named_modules())
        for name in _names(blends):
            layer = layers[name]
            pairs = [_stacked(blend, name, layer) for blend in blends]
            rank = max(a.shape[0] for a, _ in pairs)
            a = torch.stack([F.pad(a, (0, 0, 0, rank - a.shape[0])) for a, _ in pairs])
            b = torch.stack([F.pad(b, (0, rank - b.shape[1])) for _, b in pairs])
            self._hooks.append(layer.register_forward_hook(_each(a, b)))


def _key(blend: Blend) -> tuple[tuple[int, float], ...]:
    return tuple((id(part.weights), part.strength) for part in blend if part.strength)


def _names(blends: Sequence[Blend]) -> Iterator[str]:
    seen: dict[str, None] = {}
    for blend in blends:
        for part in blend:
            if part.strength:
                seen.update(dict.fromkeys(part.weights.a))
    return iter(seen)


def _stacked(blend: Blend, name: str, layer: nn.Module) -> tuple[Tensor, Tensor]:
    """A (rank x inputs) and B (outputs x rank, strengths and scales in it) of all parts of a blend at one layer."""
    parts = [part for part in blend if part.strength and name in part.weights.a]
    weight = _weight(layer)
    if not parts:
        return weight.new_zeros((1, weight[0].numel())), weight.new_zeros((weight.shape[0], 1))
    a = torch.cat([part.weights.a[name].flatten(1) for part in parts])
    b = [part.strength * part.weights.scale * part.weights.b[name].flatten(1) for part in parts]
    return a.to(weight), torch.cat(b, dim=1).to(weight)


def _each(a: Tensor, b: Tensor) -> Any:
    """A forward hook that adds to picture n what a[n] (rank x inputs) and b[n] (outputs x rank) make of its input.

    The pipeline stacks a batch once for each side of the guidance, so pictures come as often as it needs, in order.
    """

    def hook(layer: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> Tensor:
        x = inputs[0]
        times = x.shape[0] // a.shape[0]
        each_a, each_b = a.repeat(times, 1, 1), b.repeat(times, 1, 1)
        if isinstance(layer, nn.Conv2d):
            return output + _convolved(layer, x, each_a, each_b).view_as(output)
        rows = x.flatten(1, -2) if x.dim() > 2 else x.unsqueeze(1)
        low = torch.bmm(rows, each_a.transpose(1, 2))
        return output + torch.bmm(low, each_b.transpose(1, 2)).view_as(output)

    return hook


def _convolved(layer: nn.Conv2d, x: Tensor, a: Tensor, b: Tensor) -> Tensor:
    """Each picture's own convolution by A, then its own B: pictures x outputs x pixels."""
    pictures, rank = a.shape[:2]
    padding = layer.padding if isinstance(layer.padding, str) else tuple(layer.padding)
    size = tuple(layer.kernel_size)
    if size == (1, 1) and tuple(layer.stride) == (1, 1):
        low = torch.bmm(a, x.flatten(2))
    else:
        kernels = a.reshape(pictures * rank, x.shape[1], *size)
        together = x.reshape(1, -1, *x.shape[2:])
        low = F.conv2d(
            together, kernels, None, tuple(layer.stride), padding, tuple(layer.dilation), groups=pictures
        ).reshape(pictures, rank, -1)
    return torch.bmm(b, low)
