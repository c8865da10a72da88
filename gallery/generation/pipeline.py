"""The warm model of a worker: a base with the shared adapter attached, switched between versions in milliseconds.

The only server code that loads torch. One process draws one picture at a time, so nothing here is locked.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from federation.adapters.spec import AdapterSpec
from gallery.generation.params import GenerationParams

if TYPE_CHECKING:
    from diffusers import StableDiffusionPipeline
    from PIL import Image

SHARED = "shared"
BASES_KEPT = 2
"""Bases that stay in memory at a time; the one unused longest goes first."""

OnStep = Callable[[int, int, "Image.Image | None"], None]


@dataclass(frozen=True)
class ModelSource:
    """Where a version's weights come from; `read_adapter` gives the checked tensors of the shared factor."""

    base_folder: Path
    spec: AdapterSpec
    adapter_hash: str
    read_adapter: Callable[[], Mapping[str, Any]]


@dataclass
class _Warm:
    pipe: "StableDiffusionPipeline"
    adapter_hash: str


_warm: OrderedDict[str, _Warm] = OrderedDict()


def _load(source: ModelSource) -> _Warm:
    from diffusion.adapters import LoraShape, attach
    from diffusion.load import load_base

    spec = source.spec
    pipe = load_base(source.base_folder)
    shape = LoraShape(rank=spec.rank, alpha=float(spec.alpha), targets=tuple(spec.targets), seed=spec.seed)
    attach(pipe, shape, name=SHARED)
    return _Warm(pipe=pipe, adapter_hash="")


def warm_pipe(source: ModelSource) -> "StableDiffusionPipeline":
    """The base with this version's adapter written into it. The first call of a base takes seconds."""
    from diffusion.adapters import write_b

    key = source.spec.hash()
    warm = _warm.pop(key, None) or _load(source)
    _warm[key] = warm
    while len(_warm) > BASES_KEPT:
        _warm.popitem(last=False)
    if warm.adapter_hash != source.adapter_hash:
        warm.adapter_hash = ""  # should writing fail half-way, the next request writes again
        write_b(warm.pipe, source.read_adapter(), name=SHARED)
        warm.adapter_hash = source.adapter_hash
    return warm.pipe


def draw(
    source: ModelSource,
    params: GenerationParams,
    *,
    on_step: OnStep | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> "Image.Image":
    """One picture. diffusion.sample.Cancelled when `should_stop()` says so, with the preview it had come to."""
    from diffusion.adapters import set_strengths
    from diffusion.sample import SampleParams, sample

    pipe = warm_pipe(source)
    set_strengths(pipe, {SHARED: params.strength})
    wanted = SampleParams(
        prompt=params.prompt, seed=params.seed, steps=params.steps, guidance=params.guidance
    )
    every = max(1, params.steps // 6) if on_step is not None else 0
    return sample(pipe, wanted, on_step=on_step, preview_every=every, should_stop=should_stop)


def forget() -> None:
    """Drop everything warm (tests, and a worker that is short of memory)."""
    _warm.clear()
