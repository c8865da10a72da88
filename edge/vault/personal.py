"""A personal adapter: trained here on top of the shared one, on this artist's pictures only, and for her alone.

torch is imported when the training begins, not before.
"""

import io
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from edge import bases
from edge.answers import as_object
from edge.api import Api
from edge.config import Config
from edge.downloads import Downloads
from edge.paths import Home
from edge.vault.doors import ROOT
from federation.adapters import files
from federation.adapters.spec import AdapterSpec
from federation.protocol import fields
from federation.protocol.errors import refusal

if TYPE_CHECKING:
    from diffusion.dataset import Example

SHARED, PERSONAL = "shared", "personal"
PULL = 0.001
"""Ditto's lambda. With 80 steps on the shipped base the change of the weights had a norm of 5.1 instead of 16.1, and
the loss on held-out works of the same artist was 0.338 instead of 0.337 (docs/adapters.md)."""
OnStep = Callable[[int, int], None]
ShouldStop = Callable[[], bool]


@dataclass(frozen=True)
class Ground:
    """What a personal adapter stands on: a base, and the version of the shared adapter on it."""

    base: str
    spec: AdapterSpec
    version: int
    sha256: str


@dataclass(frozen=True)
class Wish:
    """How to train: `steps` of `batch` pictures at the top rate `lr`; `seed` fixes the personal A and every draw;
    `samples` are prompts to draw afterwards; `factors` "B" trains FFA-LoRA (A stays as the seed made it), "AB" LoRA;
    `pull` is Ditto's lambda, 0 a free adapter."""

    steps: int
    rank: int
    seed: int
    batch: int = 8
    lr: float = 4e-3
    samples: tuple[str, ...] = ()
    factors: str = "B"
    pull: float = PULL


@dataclass(frozen=True, repr=False)
class Trained:
    """The adapter as plain diffusers reads it (safetensors), and a sheet (PNG) for each sample: before and after."""

    adapter: bytes
    samples: tuple[bytes, ...]


def ground(api: Api) -> Ground:
    """What the server offers to train on. Raises Refusal `vault-no-version` or `server-answer`."""
    told = as_object(api.transport.get(f"{ROOT}/ground"))
    try:
        spec = AdapterSpec.from_json(told["spec"])
        number = fields.whole(told["version"], 0, 1 << 30, "version")
        sha256 = fields.sha256_hex(told["sha256"], "sha256")
    except (KeyError, TypeError, fields.FieldError):
        raise refusal("server-answer", "It names no version to train on.") from None
    return Ground(spec.base, spec, number, sha256)


def fetch(
    api: Api, downloads: Downloads, home: Home, config: Config, on: Ground
) -> tuple[Path, Mapping[str, NDArray[np.float32]]]:
    """The base's folder and the shared adapter's tensors. Raises Refusal `base-not-accepted` or those of downloads."""
    if config.rules.bases and on.base not in config.rules.bases:
        raise refusal("base-not-accepted", f"It is {on.base}.")
    folder = bases.fetch(api, downloads, home, on.base, config.rules.max_base_mb)
    blob = downloads.fetch(on.sha256, files.size_limit(on.spec))
    return folder, files.loads(blob.read_bytes(), on.spec)


def train(
    base: Path,
    on: Ground,
    start: Mapping[str, NDArray[np.float32]],
    examples: "Sequence[Example]",
    wish: Wish,
    threads: int,
    on_step: OnStep,
    should_stop: ShouldStop,
) -> Trained:
    """Train the personal adapter with the shared one frozen at strength 1. Nothing is written outside a private
    temporary folder. Raises Refusal `vault-training-stopped`, `base-does-not-fit` or `training-failed`."""
    from diffusion.train import TrainConfig, train_adapter

    pipe = _base_with_shared(base, on, start)
    _attach(pipe, on, wish)
    config = TrainConfig(
        steps=wish.steps,
        batch=wish.batch,
        lr=wish.lr,
        seed=wish.seed % 2**32,
        threads=threads,
        factors=wish.factors,
        pull=wish.pull,
    )
    try:
        report = train_adapter(
            pipe,
            examples,
            name=PERSONAL,
            config=config,
            on_step=lambda step, steps, _loss: on_step(step, steps),
            should_stop=should_stop,
        )
    except Exception as error:  # the libraries raise what they like; the artist gets one sentence
        raise refusal("training-failed", f"{type(error).__name__}: {str(error)[:200]}") from None
    if report.steps < wish.steps:
        raise refusal("vault-training-stopped")
    return Trained(_file_of(pipe), tuple(_side_by_side(pipe, prompt, wish.seed) for prompt in wish.samples))


def _base_with_shared(base: Path, on: Ground, start: Mapping[str, NDArray[np.float32]]) -> Any:
    from diffusion import adapters, device, load, shared

    spec = on.spec
    try:
        best = device.best()
        pipe = load.load_base(base, device=best.kind, dtype=best.dtype)
        shape = adapters.LoraShape(rank=spec.rank, alpha=spec.alpha, targets=spec.targets, seed=spec.seed)
        adapters.attach(pipe, shape, name=SHARED)
        shared.write_shared(pipe, start, name=SHARED, kind=spec.shared, seed=spec.seed)
    except Exception as error:  # the files are a stranger's
        raise refusal("base-does-not-fit", f"{type(error).__name__}: {str(error)[:200]}") from None
    return pipe


def _attach(pipe: Any, on: Ground, wish: Wish) -> None:
    """The personal adapter beside the shared one: same places, its own rank and its own A."""
    from diffusion import adapters

    shape = adapters.LoraShape(rank=wish.rank, alpha=2.0 * wish.rank, targets=on.spec.targets, seed=wish.seed)
    try:
        adapters.attach(pipe, shape, name=PERSONAL)
    except ValueError as error:
        raise refusal("base-does-not-fit", str(error)[:200]) from None


def _file_of(pipe: Any) -> bytes:
    from diffusion import adapters

    with tempfile.TemporaryDirectory(prefix="fedart-personal-") as folder:
        return adapters.save_diffusers(pipe, Path(folder), name=PERSONAL).read_bytes()


def _side_by_side(pipe: Any, prompt: str, seed: int) -> bytes:
    """Drawn with the shared adapter alone, and with the personal one too."""
    from diffusion.measure import before_and_after

    stream = io.BytesIO()
    before_and_after(pipe, [prompt], name=PERSONAL, seed=seed % 2**63).save(stream, "PNG")
    return stream.getvalue()


def as_kohya(adapter: bytes) -> bytes:
    """The same adapter under kohya's names. Raises Refusal `vault-adapter-invalid`."""
    from diffusion.kohya import write_kohya

    with tempfile.TemporaryDirectory(prefix="fedart-personal-") as name:
        source, target = Path(name) / "diffusers.safetensors", Path(name) / "kohya.safetensors"
        source.write_bytes(adapter)
        try:
            return write_kohya(source, target).read_bytes()
        except Exception as error:  # safetensors raises its own kinds
            raise refusal("vault-adapter-invalid", str(error)[:200]) from None
