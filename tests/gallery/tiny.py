"""A real, tiny base with two versions in the database, for tests that let the worker's code draw."""

import hashlib
import shutil
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings

from diffusion.adapters import DEFAULT_SHAPE, attach, b_spec
from diffusion.base import base_hash
from diffusion.load import load_base
from federation.adapters import files
from federation.adapters.spec import AdapterSpec
from federation.models import AdapterVersion, Base, Campaign
from federation.store import blob_name, blobs, put_bytes
from tests.gallery.scene import NOON


def spec_of(folder: Path) -> AdapterSpec:
    """The spec of the adapter on this base, as `python -m diffusion.spec` prints it."""
    pipe = load_base(folder)
    attach(pipe, DEFAULT_SHAPE, name="measure")
    return AdapterSpec(
        base=base_hash(folder),
        rank=DEFAULT_SHAPE.rank,
        alpha=int(DEFAULT_SHAPE.alpha),
        targets=tuple(DEFAULT_SHAPE.targets),
        seed=DEFAULT_SHAPE.seed,
        tensors=tuple((name, tuple(shape)) for name, shape in b_spec(pipe, name="measure")),
    )


def real_versions(folder: Path, spec: AdapterSpec) -> list[AdapterVersion]:
    """Versions 0 (B is zero) and 1 (B is not) of a running campaign on the base in `folder`."""
    kept = Path(settings.STATE_DIR) / "bases" / spec.base.removeprefix("sha256:")
    if not (kept / ".complete").exists():
        shutil.copytree(folder, kept, dirs_exist_ok=True)
        (kept / ".complete").touch()
    base = Base.objects.create(
        hash=spec.base,
        name="Tiny base",
        spec=spec.to_json(),
        spec_hash=spec.hash(),
        files=[],
        registered_at=NOON,
    )
    campaign = Campaign.objects.create(
        name="First light", base=base, state="running", created_at=NOON, started_at=NOON
    )
    return [_version(campaign, spec, number) for number in (0, 1)]


def _version(campaign: Campaign, spec: AdapterSpec, number: int) -> AdapterVersion:
    random = np.random.default_rng(number)
    tensors: dict[str, Any] = {
        name: (number * 0.5 * random.standard_normal(shape)).astype(np.float32)
        for name, shape in spec.tensors
    }
    data = files.dumps(tensors, spec, {})
    sha256 = hashlib.sha256(data).hexdigest()
    put_bytes(blobs(), blob_name(sha256), data)
    return AdapterVersion.objects.create(
        campaign=campaign,
        number=number,
        sha256=sha256,
        size=len(data),
        card={"cohort_size": 5 * number},
        created_at=NOON,
    )
