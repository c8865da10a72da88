"""Adapter files: readable by safetensors, canonical, and hostile ones refused before anything is allocated."""

import json
import struct
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import load, save

from federation.adapters import files, vector
from federation.protocol.errors import Refusal
from tests.federation.protocol.terms import small_spec

SPEC = small_spec()
TENSORS = vector.unflatten(np.arange(8, dtype=np.float32), SPEC)
GOOD = files.dumps(TENSORS, SPEC, {"version": "1", "base": SPEC.base})


def same(one: dict, other: dict) -> bool:
    return set(one) == set(other) and all(np.array_equal(one[name], other[name]) for name in one)


def with_header(header: Any, numbers: bytes = bytes(32)) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + numbers


def described(**changes: Any) -> dict[str, Any]:
    good = {
        "a.lora_B": {"dtype": "F32", "shape": [1, 2], "data_offsets": [0, 8]},
        "b.lora_B": {"dtype": "F32", "shape": [3, 2], "data_offsets": [8, 32]},
    }
    return {name: {**entry, **changes} for name, entry in good.items()}


def test_ours_and_the_library_read_each_other() -> None:
    assert same(load(GOOD), TENSORS)
    assert same(files.loads(GOOD, SPEC), TENSORS)
    assert same(files.loads(save(TENSORS, {"a": "b"}), SPEC), TENSORS)


def test_the_same_tensors_give_the_same_bytes() -> None:
    assert files.dumps(dict(reversed(TENSORS.items())), SPEC, {"base": SPEC.base, "version": "1"}) == GOOD
    assert len(GOOD) <= files.size_limit(SPEC)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"1234567",
        GOOD[:-1],
        GOOD + b"\0",
        struct.pack("<Q", 2**63) + b"{}",
        struct.pack("<Q", 100) + b"{}",
        with_header(b"[" * 100_000),
        with_header(b"not json"),
        with_header(b"\xff\xfe"),
        with_header([]),
        with_header({}),
        with_header({**described(), "c": {}}),
        with_header({"a.lora_B": 1, "b.lora_B": 2}),
        with_header(described(dtype="F16")),
        with_header(described(shape=[2**40])),
        with_header(described(data_offsets=[0, 8])),
        with_header(described(data_offsets=[0, 2**60])),
        with_header(described(data_offsets=[0.0, 8.0])),
        with_header(described(data_offsets=None)),
        with_header(described(more=1)),
        with_header(described(), bytes(31)),
        with_header(b'{"a.lora_B":1,' + json.dumps(described()).encode()[1:]),
    ],
)
def test_a_hostile_file_is_refused(data: bytes) -> None:
    with pytest.raises(Refusal, match=r"^adapter-invalid:"):
        files.loads(data, SPEC)


def test_tensors_that_overlap_are_refused() -> None:
    header = described()
    header["b.lora_B"]["data_offsets"] = [4, 28]
    with pytest.raises(Refusal, match=r"^adapter-invalid:.*overlap"):
        files.loads(with_header(header), SPEC)


def test_a_file_over_its_limit_is_refused_unread() -> None:
    with pytest.raises(Refusal, match=r"^adapter-too-large:"):
        files.loads(bytes(files.size_limit(SPEC) + 1), SPEC)


def test_numbers_that_are_not_finite_are_refused() -> None:
    with pytest.raises(Refusal, match=r"^update-not-finite:"):
        files.loads(with_header(described(), b"\xff" * 32), SPEC)


@given(at=st.integers(0, len(GOOD) - 1), bit=st.integers(0, 7))
def test_a_flipped_bit_never_escapes_the_refusals(at: int, bit: int) -> None:
    changed = bytearray(GOOD)
    changed[at] ^= 1 << bit
    try:
        tensors = files.loads(bytes(changed), SPEC)
    except Refusal:
        return
    assert {name: tensor.shape for name, tensor in tensors.items()} == SPEC.shapes
