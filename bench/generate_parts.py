"""The parts of bench/generate.py that need Django set up."""

import hashlib
import time
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch
from django.core.management import call_command
from django.utils import timezone

from diffusion.base import shipped_base_dir
from diffusion.load import load_base
from federation.adapters import files
from federation.adapters.spec import AdapterSpec
from federation.models import AdapterVersion
from federation.store import blob_name, blobs, put_bytes
from federation.terms import spec_of
from gallery.generation import making, pipeline, run
from gallery.generation.authority import ensure_authority
from gallery.generation.params import GenerationParams
from gallery.models import Artist, GenerationRequest
from gallery.services import requests

STEPS, GUIDANCE, PROMPT, SIZE_OF_B = 16, 4.0, "red heart", 0.02


def studio(number: int) -> list[AdapterVersion]:
    """A running campaign on the shipped base with so many versions beyond the first; certificates to sign with."""
    call_command("register_base", str(shipped_base_dir()), "--name", "Shipped", verbosity=0)
    call_command("start_campaign", "--name", "Bench")
    ensure_authority(run.credentials_folder(), at=timezone.now())
    first = AdapterVersion.objects.get()
    spec = spec_of(first.campaign)
    return [first, *(_version(first, spec, n) for n in range(1, number))]


def _version(first: AdapterVersion, spec: AdapterSpec, number: int) -> AdapterVersion:
    random = np.random.default_rng(number)
    tensors: dict[str, Any] = {
        name: (SIZE_OF_B * random.standard_normal(shape)).astype(np.float32) for name, shape in spec.tensors
    }
    data = files.dumps(tensors, spec, {})
    sha256 = hashlib.sha256(data).hexdigest()
    put_bytes(blobs(), blob_name(sha256), data)
    return AdapterVersion.objects.create(
        campaign=first.campaign, number=number, sha256=sha256, size=len(data), card={"cohort_size": 5},
        created_at=timezone.now(),
    )  # fmt: skip


def params(version: AdapterVersion, seed: int = 0) -> GenerationParams:
    """A record like any other."""
    return GenerationParams(PROMPT, seed, version.number, steps=STEPS, guidance=GUIDANCE)


def same(versions: Sequence[AdapterVersion], number: int) -> list[GenerationParams]:
    """One version, a seed each."""
    return [params(versions[1], seed) for seed in range(number)]


def mixed(versions: Sequence[AdapterVersion], number: int) -> list[GenerationParams]:
    """A version each."""
    return [params(versions[1 + seed], seed) for seed in range(number)]


def make(records: Sequence[GenerationParams]) -> None:
    """Ask for pictures and let the worker's code make them, to the marked files."""
    artist, _ = Artist.objects.get_or_create(
        email="b@bench.example", defaults={"handle": "b", "password": "!"}
    )
    GenerationRequest.objects.update(
        created_at="2020-01-01T00:00:00Z"
    )  # the hour's limit is not what is measured
    made = requests.ask_each(artist=artist, records=records, at=timezone.now())
    making.make_image(request_id=made[0].pk)
    left = GenerationRequest.objects.exclude(state="done").count()
    if left:
        raise RuntimeError(f"{left} requests were not made")


def bare_pipeline() -> Any:
    """The base as diffusers has it, without an adapter."""
    return load_base(shipped_base_dir())


def bare(pipe: Any, version: AdapterVersion) -> None:
    """A picture by diffusers alone, and the marking that every picture gets."""
    began = time.monotonic()
    drawn = pipe(
        PROMPT,
        num_inference_steps=STEPS,
        guidance_scale=GUIDANCE,
        generator=torch.Generator("cpu").manual_seed(0),
    ).images[0]
    run.mark(drawn, run.made_with(version, params(version)), seconds_since=began)


def switches(versions: Sequence[AdapterVersion], number: int) -> Iterator[float]:
    """Seconds of each of so many changes between versions that are warm."""
    sources = [run.source_of(version) for version in versions[1:]]
    for source in sources:
        pipeline.warm_pipe(source)
    for count in range(number):
        began = time.perf_counter()
        pipeline.warm_pipe(sources[count % len(sources)])
        yield time.perf_counter() - began


def cold_switches(versions: Sequence[AdapterVersion], number: int) -> Iterator[float]:
    """The same with the adapters on the disk only."""
    for version in versions[1 : number + 1]:
        pipeline.adapters.clear()
        began = time.perf_counter()
        pipeline.warm_pipe(run.source_of(version))
        yield time.perf_counter() - began


def difference(versions: Sequence[AdapterVersion]) -> int:
    """The largest difference that the others in a batch make to a picture."""
    orders = [
        pipeline.Order(run.source_of(version), params(version, n)) for n, version in enumerate(versions[1:])
    ]
    together = pipeline.draw_batch(orders)
    alone = [pipeline.draw_batch([order])[0] for order in orders[:3]]
    pairs = zip(together, alone, strict=False)
    return max(int(np.abs(np.asarray(a, int) - np.asarray(b, int)).max()) for a, b in pairs)
