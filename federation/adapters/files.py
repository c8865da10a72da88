"""Adapter files: safetensors of float32, written in one canonical form and read with limits.

The format (https://huggingface.co/docs/safetensors): 8 bytes little-endian length of the header, a JSON
header that gives each tensor's type, shape and place, then the numbers. The reader knows what must be there
from the specification, so a hostile header is refused before anything of its choosing is allocated.
"""

import json
import struct
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from federation.adapters.spec import AdapterSpec
from federation.adapters.vector import check
from federation.protocol.errors import refusal

MAX_HEADER = 1 << 20
_LENGTH = struct.Struct("<Q")
_ITEM = 4
_METADATA = "__metadata__"


def size_limit(spec: AdapterSpec) -> int:
    """The largest file of that specification, in bytes: refuse a longer one before reading it."""
    return _LENGTH.size + MAX_HEADER + _ITEM * spec.length


def dumps(
    tensors: Mapping[str, NDArray[np.floating]], spec: AdapterSpec, metadata: Mapping[str, str] | None = None
) -> bytes:
    """The file; the same tensors and metadata always give the same bytes."""
    check(tensors, spec)
    header: dict[str, Any] = {_METADATA: dict(sorted((metadata or {}).items()))}
    at = 0
    for name, shape in spec.tensors:
        end = at + _ITEM * tensors[name].size
        header[name] = {"dtype": "F32", "shape": list(shape), "data_offsets": [at, end]}
        at = end
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)  # the format aligns the numbers to eight bytes
    parts = [tensors[name].astype("<f4").tobytes() for name, _ in spec.tensors]
    return b"".join([_LENGTH.pack(len(text)), text, *parts])


def loads(data: bytes, spec: AdapterSpec) -> dict[str, NDArray[np.float32]]:
    """The tensors of a file of that specification, finite and complete; raises Refusal `adapter-*`
    otherwise."""
    if len(data) > size_limit(spec):
        raise refusal("adapter-too-large", f"{len(data)} bytes.")
    header, start = _header(data)
    header.pop(_METADATA, None)
    if set(header) != set(spec.shapes):
        raise refusal("adapter-invalid", "Its tensors have other names.")
    if len(data) - start != _ITEM * spec.length:
        raise refusal("adapter-invalid", "It does not hold exactly the numbers of its tensors.")
    places = {name: _place(header[name], name, shape) for name, shape in spec.tensors}
    _check_cover(places, _ITEM * spec.length)
    tensors = {}
    for name, shape in spec.tensors:
        begin, end = places[name]
        flat = np.frombuffer(data, dtype="<f4", count=(end - begin) // _ITEM, offset=start + begin)
        tensors[name] = flat.reshape(shape).astype(np.float32)
    check(tensors, spec)
    return tensors


def _header(data: bytes) -> tuple[dict[str, Any], int]:
    """The parsed header and where the numbers start."""
    if len(data) < _LENGTH.size:
        raise refusal("adapter-invalid", "It is cut off.")
    (length,) = _LENGTH.unpack_from(data)
    start = _LENGTH.size + length
    if length > MAX_HEADER or start > len(data):
        raise refusal("adapter-invalid", "Its header is longer than it may be.")
    try:
        header = json.loads(data[_LENGTH.size : start], object_pairs_hook=_once)
    except (ValueError, RecursionError):
        raise refusal("adapter-invalid", "Its header is not JSON.") from None
    if not isinstance(header, dict):
        raise refusal("adapter-invalid", "Its header is not an object.")
    return header, start


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose keys are each there once: two readers must not see two files in one."""
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a key twice")
    return dict(pairs)


def _place(entry: Any, name: str, shape: tuple[int, ...]) -> tuple[int, int]:
    """Where the numbers of a tensor begin and end, if the header tells of exactly that tensor."""
    size = _ITEM * int(np.prod(shape))
    if not isinstance(entry, dict) or set(entry) != {"dtype", "shape", "data_offsets"}:
        raise refusal("adapter-invalid", f"{name} is not described.")
    offsets = entry["data_offsets"]
    if not isinstance(offsets, list) or [type(one) for one in offsets] != [int, int]:
        raise refusal("adapter-invalid", f"{name} is nowhere.")
    if entry["dtype"] != "F32" or entry["shape"] != list(shape) or offsets[1] - offsets[0] != size:
        raise refusal("adapter-invalid", f"{name} is not float32 {list(shape)}.")
    return offsets[0], offsets[1]


def _check_cover(places: Mapping[str, tuple[int, int]], total: int) -> None:
    """The tensors lie one after the other from 0 to the end: none overlaps, nothing is hidden between
    them."""
    at = 0
    for begin, end in sorted(places.values()):
        if begin != at:
            raise refusal("adapter-invalid", "Its tensors overlap, or leave a gap.")
        at = end
    if at != total:
        raise refusal("adapter-invalid", "Its tensors do not fill it.")
