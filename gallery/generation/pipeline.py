"""The warm model of a worker: bases and adapters in memory, and batches of pictures drawn with them.

The only server code that loads torch. One process draws one batch at a time, so nothing here is locked.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from federation.adapters.spec import AdapterSpec
from gallery.generation.params import GenerationParams
from gallery.generation.warm import Shelf
from gallery.limits import WARM_ADAPTERS_BYTES, WARM_BASES_BYTES

if TYPE_CHECKING:
    from PIL import Image

    from diffusion.blend import Blender, Weights
    from diffusion.sample import OnStep


@dataclass(frozen=True)
class ModelSource:
    """Where a version's weights come from; `read_adapter` gives the checked tensors of the shared factor."""

    base_folder: Path
    spec: AdapterSpec
    adapter_hash: str
    read_adapter: Callable[[], Mapping[str, Any]]


@dataclass(frozen=True)
class Order:
    """One picture of a batch. `personal` is the opened personal adapter where `params` names one."""

    source: ModelSource
    params: GenerationParams
    personal: "Weights | None" = None


@dataclass
class WarmBase:
    """A loaded base, what its batches are drawn with, and the public factors of the adapter shapes it met."""

    pipe: Any
    blender: "Blender"
    factors: dict[str, Mapping[str, Any]] = field(default_factory=dict)


def _bytes_of(base: WarmBase) -> int:
    parts = (part for part in base.pipe.components.values() if hasattr(part, "parameters"))
    return sum(p.numel() * p.element_size() for part in parts for p in part.parameters())


bases: Shelf[WarmBase] = Shelf(WARM_BASES_BYTES, _bytes_of)
adapters: "Shelf[Weights]" = Shelf(WARM_ADAPTERS_BYTES, lambda weights: weights.bytes)


def warm_base(source: ModelSource) -> WarmBase:
    """The base in memory. The first call of a base takes seconds."""

    def load() -> WarmBase:
        from diffusion.blend import Blender
        from diffusion.families import denoiser
        from diffusion.load import load_base

        pipe = load_base(source.base_folder)
        return WarmBase(pipe, Blender(denoiser(pipe)))

    return bases.get(source.spec.base, load)


def _shared(base: WarmBase, source: ModelSource) -> "Weights":
    from diffusion.adapters import LoraShape
    from diffusion.blend import public_factors, shared_weights
    from diffusion.shared import b_of, b_shapes

    spec, key = source.spec, source.spec.hash()

    def read() -> "Weights":
        if key not in base.factors:
            shape = LoraShape(spec.rank, float(spec.alpha), tuple(spec.targets), spec.seed)
            base.factors[key] = public_factors(base.blender.model, shape)
        shapes = b_shapes(base.blender.model, base.factors[key])
        tensors = b_of(spec.shared, source.read_adapter(), shapes, seed=spec.seed)
        return shared_weights(base.blender.model, base.factors[key], tensors, scale=spec.alpha / spec.rank)

    return adapters.get(f"{key} {source.adapter_hash}", read)


def warm_pipe(source: ModelSource) -> Any:
    """The base as this version makes it, at strength 1; it stays so until the next batch is drawn."""
    from diffusion.blend import Part

    base = warm_base(source)
    base.blender.use([[Part(_shared(base, source), 1.0)]])
    return base.pipe


def draw_batch(orders: Sequence[Order], *, on_step: "OnStep | None" = None) -> "list[Image.Image]":
    """One picture for each order; all of one base, size, number of steps and guidance, which `batch_key` says.

    Personal adapters are forgotten at the end, whatever happens. diffusion.sample.Stopped when `on_step` says False.
    """
    from diffusion.blend import Part
    from diffusion.sample import Sheet, Wish, sample_batch

    first = orders[0]
    base = warm_base(first.source)
    blends = []
    for order in orders:
        blend = [Part(_shared(base, order.source), order.params.strength)]
        if order.personal is not None:
            blend.append(Part(order.personal, order.params.personal_strength))
        blends.append(blend)
    base.blender.use(blends)
    wishes = [Wish(order.params.prompt, order.params.seed, order.params.negative) for order in orders]
    params = first.params
    sheet = Sheet(params.steps, params.guidance, params.width, params.height)
    try:
        return sample_batch(base.pipe, wishes, sheet, on_step=on_step)
    finally:
        if any(order.personal is not None for order in orders):
            base.blender.clear()


def draw(source: ModelSource, params: GenerationParams) -> "Image.Image":
    """One picture of a version, with nobody waiting for its steps."""
    return draw_batch([Order(source, params)])[0]


def forget() -> None:
    """Drop everything warm (tests, and a worker that is short of memory)."""
    bases.clear()
    adapters.clear()
