"""Adapter specification and flat vector: strict, ordered, invertible."""

import copy
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.adapters import vector
from federation.adapters.spec import AdapterSpec, spec_of
from federation.protocol.errors import Refusal
from tests.federation.protocol.terms import small_spec

shapes = st.lists(st.integers(1, 5), min_size=1, max_size=4).map(tuple)
specs = st.dictionaries(st.text("abc.", min_size=1, max_size=8), shapes, min_size=1, max_size=5).map(
    lambda named: small_spec(tensors=tuple(sorted(named.items())))
)


@given(specs)
def test_it_comes_back_through_json(spec: AdapterSpec) -> None:
    again = AdapterSpec.from_json(json.loads(json.dumps(spec.to_json())))
    assert again == spec
    assert again.hash() == spec.hash()
    assert spec_of(spec.to_json(), spec.hash()) == spec


@given(spec=specs, seed=st.integers(0, 1000))
def test_flat_and_back(spec: AdapterSpec, seed: int) -> None:
    flat = np.random.default_rng(seed).normal(size=spec.length).astype(np.float32)
    tensors = vector.unflatten(flat, spec)
    assert {name: tensor.shape for name, tensor in tensors.items()} == spec.shapes
    assert np.array_equal(vector.flatten(tensors, spec), flat)
    shuffled = dict(reversed(tensors.items()))
    assert np.array_equal(vector.flatten(shuffled, spec), flat)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("v", 2),
        ("base", "ab" * 32),
        ("rank", 0),
        ("rank", 8.0),
        ("alpha", "16"),
        ("targets", []),
        ("targets", ["a\0"]),
        ("seed", -1),
        ("shared", "A"),
        ("tensors", []),
        ("tensors", [["a", []]]),
        ("tensors", [["a", [0]]]),
        ("tensors", [["a", [1.0]]]),
        ("tensors", [["a", [1 << 24, 2]]]),
        ("tensors", [["a", [1, 1, 1, 1, 1]]]),
        ("tensors", [["b", [1]], ["a", [1]]]),
        ("tensors", [["a", [1]], ["a", [1]]]),
        ("tensors", {"a": [1]}),
        ("more", 1),
    ],
)
def test_what_is_not_strictly_right_is_refused(key: str, value: Any) -> None:
    spoilt = copy.deepcopy(small_spec().to_json())
    spoilt[key] = value
    with pytest.raises(Refusal, match=r"^spec-invalid:"):
        AdapterSpec.from_json(spoilt)


def test_another_hash_is_refused() -> None:
    with pytest.raises(Refusal, match=r"^spec-invalid:"):
        spec_of(small_spec().to_json(), small_spec(seed=1).hash())


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"more": np.zeros(1, np.float32)}, "adapter-invalid"),
        ({"a.lora_B": np.zeros((2, 1), np.float32)}, "adapter-invalid"),
        ({"a.lora_B": np.zeros((1, 2), np.int32)}, "adapter-invalid"),
        ({"a.lora_B": np.full((1, 2), np.nan, np.float32)}, "update-not-finite"),
    ],
)
def test_other_tensors_are_refused(change: dict, code: str) -> None:
    tensors = vector.unflatten(np.zeros(8, np.float32), small_spec())
    with pytest.raises(Refusal, match=rf"^{code}:"):
        vector.flatten({**tensors, **change}, small_spec())


def test_a_vector_of_another_length_is_refused() -> None:
    with pytest.raises(Refusal, match=r"^update-wrong-shape:"):
        vector.unflatten(np.zeros(7, np.float32), small_spec())


def test_another_kind_of_the_same_layers() -> None:
    usual = small_spec(tensors=(("a.lora_B.weight", (6, 2)), ("b.lora_B.weight", (8, 2, 1, 1))))
    core = usual.as_kind("R", 4)
    assert core.tensors == (("a.lora_R.weight", (4, 4)), ("b.lora_R.weight", (4, 4)))
    assert (core.rank, core.alpha, core.shared, core.length) == (4, 8, "R", 32)
    assert AdapterSpec.from_json(core.to_json()) == core
    wider = usual.as_kind("B", 6)
    assert wider.tensors == (("a.lora_B.weight", (6, 6)), ("b.lora_B.weight", (8, 6, 1, 1)))
    assert len({spec.hash() for spec in (usual, core, wider)}) == 3
    for spec, shared, rank in ((usual, "R", 7), (usual, "A", 2), (usual, "B", 0), (core, "R", 2)):
        with pytest.raises(Refusal, match="spec-invalid"):
            spec.as_kind(shared, rank)
