"""A folder of weights becomes a registered base: its files as blobs, its adapter spec beside them."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.files import File
from django.db import transaction

from diffusion.base import base_files, base_hash
from diffusion.hub import HubError, Offer, fetch
from federation.adapters.spec import AdapterSpec
from federation.models import Base
from federation.protocol.errors import refusal
from federation.store import blob_name, blobs, put_file, sha256_of

SPEC_SECONDS = 300


def register_base(*, folder: Path, name: str, at: datetime) -> Base:
    """Stores the files and reads the adapter spec. Idempotent: the same weights are one base.

    Raises FileNotFoundError where the folder is not a base, Refusal `spec-invalid` where its spec is not for it.
    """
    hash_ = base_hash(folder)
    found = Base.objects.filter(hash=hash_).first()
    if found is not None:
        return found
    spec = AdapterSpec.from_json(_spec_by_torch(folder))
    if spec.base != hash_:
        raise refusal("spec-invalid", "It belongs to another base.")
    files = [_store(folder, path) for path in base_files(folder)]
    with transaction.atomic():
        base, _ = Base.objects.get_or_create(
            hash=hash_,
            defaults={
                "name": name,
                "spec": spec.to_json(),
                "spec_hash": spec.hash(),
                "files": files,
                "registered_at": at,
            },
        )
    return base


def fetch_base(*, offer: Offer, name: str, at: datetime, on_file: Callable[[int, int], None]) -> Base:
    """Fetches what a hub offers and registers it. Raises Refusal `base-hub` or those of `register_base`."""
    with tempfile.TemporaryDirectory(dir=settings.STATE_DIR) as folder:
        try:
            fetch(offer, Path(folder) / "base", on_file=on_file)
        except HubError as error:
            raise refusal("base-hub", str(error)) from None
        return register_base(folder=Path(folder) / "base", name=name, at=at)


def _spec_by_torch(folder: Path) -> object:
    """The only place that needs torch, so it is a process of its own: no server process ever loads it."""
    run = subprocess.run(
        [sys.executable, "-m", "diffusion.spec", str(folder)],
        cwd=settings.BASE_DIR,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=SPEC_SECONDS,
        check=False,
    )
    if run.returncode != 0:
        raise refusal("spec-invalid", (run.stderr.strip().splitlines() or ["no answer"])[-1][:200])
    return json.loads(run.stdout)


def _store(folder: Path, path: Path) -> dict[str, str | int]:
    with path.open("rb") as stream:
        sha256, size = sha256_of(stream)
        stream.seek(0)
        put_file(blobs(), blob_name(sha256), File(stream))
    return {"path": path.relative_to(folder).as_posix(), "sha256": sha256, "size": size}
