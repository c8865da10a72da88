"""Named tensors to one flat vector and back; the specification fixes the order."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from federation.adapters.spec import AdapterSpec
from federation.protocol.errors import refusal

Tensors = Mapping[str, NDArray[np.floating]]


def check(tensors: Tensors, spec: AdapterSpec) -> None:
    """Return when exactly the tensors of the specification are there, finite; raises `adapter-invalid`
    otherwise."""
    if set(tensors) != set(spec.shapes):
        raise refusal("adapter-invalid", "Its tensors have other names.")
    for name, shape in spec.tensors:
        tensor = tensors[name]
        if tensor.shape != shape or tensor.dtype.kind != "f":
            raise refusal(
                "adapter-invalid", f"{name} is {tensor.dtype} {list(tensor.shape)}, not {list(shape)}."
            )
        if not np.all(np.isfinite(tensor)):
            raise refusal("update-not-finite", f"It is in {name}.")


def flatten(tensors: Tensors, spec: AdapterSpec) -> NDArray[np.float32]:
    """One float32 vector of `spec.length` numbers."""
    check(tensors, spec)
    return np.concatenate([tensors[name].astype(np.float32).ravel() for name, _ in spec.tensors])


def unflatten(vector: NDArray[np.floating], spec: AdapterSpec) -> dict[str, NDArray[np.float32]]:
    """The float32 tensors of a flat vector: the inverse of `flatten`."""
    if vector.shape != (spec.length,):
        raise refusal("update-wrong-shape", f"{vector.shape}, not {spec.length} numbers.")
    tensors, at = {}, 0
    for name, shape in spec.tensors:
        size = int(np.prod(shape))
        tensors[name] = vector[at : at + size].astype(np.float32).reshape(shape)
        at += size
    return tensors
