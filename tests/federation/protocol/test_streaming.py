"""Adding a message in pieces gives what adding it whole gives, however it is cut."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from federation.protocol import ring, wire
from federation.protocol.errors import Refusal
from federation.protocol.streaming import HEAD, add_message

LENGTH = 23


def message(seed: int) -> bytes:
    vector = np.random.default_rng(seed).integers(0, 1 << 32, LENGTH, dtype=np.uint32)
    return b"h" * wire.HEADER.size + b"".join(wire.pack_vector(vector))


@settings(max_examples=60)
@given(st.lists(st.integers(0, HEAD + 4 * LENGTH), max_size=12), st.integers(0, 1000))
def test_it_works(cuts: list[int], seed: int) -> None:
    data = message(seed)
    at = [0, *sorted(cuts), len(data)]
    total = add_message(ring.zeros(LENGTH), (data[a:b] for a, b in pairwise(at)))
    add_message(total, [data])
    expected = ring.from_bytes(data[HEAD:])
    assert np.array_equal(total, expected + expected)


@pytest.mark.parametrize(
    "data", [message(1)[:-4], message(1)[:-1], message(1) + b"four", b"", message(1)[:HEAD]]
)
def test_another_length_is_refused(data: bytes) -> None:
    with pytest.raises(Refusal, match="vector-wrong-length"):
        add_message(ring.zeros(LENGTH), [data[:50], data[50:]])
