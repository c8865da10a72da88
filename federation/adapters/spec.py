"""What may be aggregated: the exact names, shapes and order of the shared numbers of an adapter.

FFA-LoRA: the factor A is frozen, made from a public seed and the same for everybody; only B is trained and
summed, so the mean of the updates is the update of the mean.
"""

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from federation.protocol import fields, jcs
from federation.protocol.errors import refusal
from federation.protocol.params import MAX_LENGTH

MAX_TENSORS = 4096
SHARED = ("B", "R")
"""FFA-LoRA shares B, a core adapter R with B = U R (diffusion/shared.py). Both are linear: their sum is exact."""
MAX_RANK = 64
MAX_DIMS = 4
MAX_TARGETS = 64
LABEL = b"fedart/adapter-spec/v1\0"
_KEYS = frozenset(("v", "base", "rank", "alpha", "targets", "seed", "shared", "tensors"))


@dataclass(frozen=True)
class AdapterSpec:
    """The shape of the shared adapter of one base.

    `base` reads "sha256:<hex>"; `shared` names the summed factor; `tensors` are (name, shape) in ascending
    order of their names, which is also the order of the flat vector.
    """

    base: str
    rank: int
    alpha: int
    targets: tuple[str, ...]
    seed: int
    tensors: tuple[tuple[str, tuple[int, ...]], ...]
    shared: str = "B"

    @property
    def length(self) -> int:
        """How many numbers are shared."""
        return sum(math.prod(shape) for _, shape in self.tensors)

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The shape of each tensor by its name."""
        return dict(self.tensors)

    def to_json(self) -> dict[str, Any]:
        """As in a manifest."""
        return {
            "v": 1,
            "base": self.base,
            "rank": self.rank,
            "alpha": self.alpha,
            "targets": list(self.targets),
            "seed": self.seed,
            "shared": self.shared,
            "tensors": [[name, list(shape)] for name, shape in self.tensors],
        }

    @classmethod
    def from_json(cls, value: Any) -> "AdapterSpec":
        """Read strictly; raises Refusal `spec-invalid` that names the field."""
        try:
            return _read(value)
        except fields.FieldError as error:
            raise refusal("spec-invalid", f"{error}.") from None

    def as_kind(self, shared: str, rank: int) -> "AdapterSpec":
        """The same layers with another factor shared, and with another rank; the scale alpha / rank stays.

        Only a spec that shares B tells how large the layers are. Raises Refusal `spec-invalid`.
        """
        least = min(shape[0] for _, shape in self.tensors)
        if self.shared != "B" or shared not in SHARED or not 1 <= rank <= min(MAX_RANK, least):
            raise refusal("spec-invalid", f"A rank goes from 1 to {min(MAX_RANK, least)} on this base.")
        if shared == "B":
            made = {name: (shape[0], rank, *shape[2:]) for name, shape in self.tensors}
        else:
            made = {name.replace(".lora_B", ".lora_R"): (rank, rank) for name, _ in self.tensors}
        alpha = max(1, round(self.alpha * rank / self.rank))
        return replace(self, rank=rank, alpha=alpha, shared=shared, tensors=tuple(sorted(made.items())))

    def hash(self) -> str:
        """ "sha256:<hex>" of the label and the canonical JSON."""
        return f"sha256:{hashlib.sha256(LABEL + jcs.canonical(self.to_json())).hexdigest()}"


def _read(value: Any) -> AdapterSpec:
    top = fields.exact(value, _KEYS, "spec")
    fields.whole(top["v"], 1, 1, "v")
    if top["shared"] not in SHARED:
        raise fields.FieldError('shared must be "B" or "R"')
    targets = top["targets"]
    if not isinstance(targets, list) or not 1 <= len(targets) <= MAX_TARGETS:
        raise fields.FieldError(f"targets must be a list of 1 to {MAX_TARGETS}")
    spec = AdapterSpec(
        base=fields.tagged_sha256(top["base"], "base"),
        rank=fields.whole(top["rank"], 1, 1024, "rank"),
        alpha=fields.whole(top["alpha"], 1, 4096, "alpha"),
        targets=tuple(fields.text(target, 128, "targets") for target in targets),
        seed=fields.whole(top["seed"], 0, jcs.MAX_SAFE, "seed"),
        tensors=_tensors(top["tensors"]),
        shared=top["shared"],
    )
    fields.whole(spec.length, 1, MAX_LENGTH, "the number of shared numbers")
    return spec


def _tensors(value: Any) -> tuple[tuple[str, tuple[int, ...]], ...]:
    if not isinstance(value, list) or not 1 <= len(value) <= MAX_TENSORS:
        raise fields.FieldError(f"tensors must be a list of 1 to {MAX_TENSORS}")
    tensors = tuple(_tensor(row) for row in value)
    names = [name for name, _ in tensors]
    if any(left >= right for left, right in pairwise(names)):
        raise fields.FieldError("tensors must be in ascending order of their names, none twice")
    return tensors


def _tensor(row: Any) -> tuple[str, tuple[int, ...]]:
    if not isinstance(row, list) or len(row) != 2 or not isinstance(row[1], list):
        raise fields.FieldError("a tensor is [name, shape]")
    if not 1 <= len(row[1]) <= MAX_DIMS:
        raise fields.FieldError(f"a shape has 1 to {MAX_DIMS} sizes")
    shape = tuple(fields.whole(size, 1, MAX_LENGTH, "a size") for size in row[1])
    return fields.text(row[0], 256, "a tensor's name"), shape


def spec_of(spec: Mapping[str, Any], expected_hash: str) -> AdapterSpec:
    """The specification of a manifest, once its hash is the one that the manifest names."""
    read = AdapterSpec.from_json(spec)
    if read.hash() != expected_hash:
        raise refusal("spec-invalid", "Its hash is another one than the round's.")
    return read
