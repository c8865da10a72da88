"""Says which adapter a base takes: ``python -m diffusion.spec FOLDER`` prints its adapter spec as JSON.

A server that never loads torch runs this as a process of its own when a base is registered.
"""

import argparse
import json
from pathlib import Path
from typing import Any

from diffusion.adapters import LoraShape, attach, default_shape
from diffusion.base import base_hash
from diffusion.load import load_base
from diffusion.shared import shared_spec


def spec_json(folder: Path, shape: LoraShape | None = None, *, shared: str = "B") -> dict[str, Any]:
    """The spec of `shape` (None: what suits it) on the base in `folder`: names and shapes of what is shared, sorted by
    name; `shared` is "B", or "R" of a core adapter."""
    pipe = load_base(folder)
    shape = shape or default_shape(pipe)
    attach(pipe, shape, name="spec")
    return {
        "v": 1,
        "base": base_hash(folder),
        "rank": shape.rank,
        "alpha": int(shape.alpha),
        "targets": list(shape.targets),
        "seed": shape.seed,
        "shared": shared,
        "tensors": [[name, list(size)] for name, size in shared_spec(pipe, name="spec", kind=shared)],
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="a folder in the layout of diffusers")
    print(json.dumps(spec_json(parser.parse_args().folder)))


if __name__ == "__main__":
    main()
