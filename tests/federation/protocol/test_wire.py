"""One value has one form on the wire; every other string of bytes is refused with a code."""

import json
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.protocol import ring, wire
from federation.protocol.draft import Draft
from federation.protocol.errors import Refusal
from federation.protocol.steps import Step
from tests.federation.protocol.rounds import DEVICES, small_params

VECTORS = json.loads((Path(__file__).parents[2] / "vectors/wire.json").read_text("utf-8"))["cases"]
PARAMS = small_params()
steps = st.sampled_from(list(Step))
senders = st.uuids() | st.just(wire.SERVER)


@pytest.mark.parametrize("case", VECTORS, ids=lambda case: case["name"])
def test_vectors(case: dict) -> None:
    if "refusal" in case["expect"]:
        with pytest.raises(Refusal, match=rf"^{case['expect']['refusal']}:"):
            read(case)
    else:
        assert read(case) == case["expect"]["value"]


def read(case: dict) -> object:
    """What a reader who expects this step and sender makes of the bytes."""
    step, sender = Step.of(case["step"]), UUID(case["sender"])
    body = wire.expect(bytes.fromhex(case["bytes"]), PARAMS, step, sender)
    if case["body"] == "devices":
        return [str(device) for device in wire.unpack_devices(body)]
    if case["body"] == "vector":
        return [int(one) for one in wire.unpack_vector(body, PARAMS.length)]
    return body.hex()


@given(step=steps, sender=senders, body=st.binary(max_size=64))
def test_what_is_packed_is_unpacked(step: Step, sender: UUID, body: bytes) -> None:
    data = wire.pack(PARAMS, step, sender, body)
    frame = wire.unpack(data)
    assert (frame.step, frame.sender, bytes(frame.body)) == (step, sender, body)
    assert (frame.round_id, frame.manifest_hash) == (PARAMS.round_id, PARAMS.manifest_hash)
    assert bytes(wire.expect(data, PARAMS, step, sender)) == body


@given(step=steps, body=st.binary(max_size=16), at=st.integers(0), bit=st.integers(0, 7))
def test_a_flipped_bit_is_refused_or_is_another_message(step: Step, body: bytes, at: int, bit: int) -> None:
    data = bytearray(wire.pack(PARAMS, step, DEVICES[0], body))
    data[at % len(data)] ^= 1 << bit
    changed = bytes(data)
    try:
        frame = wire.unpack(changed)
    except Refusal:
        return
    again = small_params(round_id=frame.round_id, manifest_hash=frame.manifest_hash)
    assert wire.pack(again, frame.step, frame.sender, bytes(frame.body)) == changed
    if at % len(data) < wire.HEADER.size:
        with pytest.raises(Refusal):
            wire.expect(changed, PARAMS, step, DEVICES[0])


@given(st.binary(max_size=200))
def test_noise_is_refused(data: bytes) -> None:
    with pytest.raises(Refusal):
        wire.unpack(data)


@given(body=st.binary(max_size=16), cut=st.integers(1), extra=st.binary(min_size=1, max_size=8))
def test_shorter_and_longer_are_refused(body: bytes, cut: int, extra: bytes) -> None:
    data = wire.pack(PARAMS, Step.UNMASK, DEVICES[0], body)
    with pytest.raises(Refusal, match=r"^message-truncated:"):
        wire.unpack(data[: cut % len(data)])
    with pytest.raises(Refusal, match=r"^message-wrong-length:"):
        wire.unpack(data + extra)


@given(st.sets(st.uuids().filter(lambda one: one.int != 0), max_size=20))
def test_lists_of_devices_have_one_order(devices: set[UUID]) -> None:
    body = memoryview(wire.pack_devices(devices))
    read = wire.unpack_devices(body)
    assert set(read) == devices
    assert wire.pack_devices(reversed(read)) == body


@given(st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=20))
def test_vectors_come_back_exactly(numbers: list[int]) -> None:
    vector = np.array(numbers, dtype=np.uint32)
    body = memoryview(b"".join(wire.pack_vector(vector)))
    assert np.array_equal(wire.unpack_vector(body, len(numbers)), vector)
    assert ring.to_bytes(vector) == bytes(body[4:])
    for wrong in (body[:-1], memoryview(bytes(body) + b"\0"), body[:3]):
        with pytest.raises(Refusal, match=r"^vector-wrong-length:"):
            wire.unpack_vector(wrong, len(numbers))
    with pytest.raises(Refusal, match=r"^vector-wrong-length:"):
        wire.unpack_vector(body, len(numbers) + 1)


def test_a_length_beyond_all_bounds_is_refused_before_anything_is_made() -> None:
    head = wire.HEADER.pack(wire.MAGIC, 1, 1, 0, bytes(16), b"d" * 16, bytes(32), 2**32 - 1)
    with pytest.raises(Refusal, match=r"^message-too-long:"):
        wire.unpack(head)


@given(st.lists(st.integers(0, 2**32 - 1), min_size=8, max_size=8))
def test_a_draft_is_the_message_that_packing_its_vector_gives(numbers: list[int]) -> None:
    draft = Draft(PARAMS, DEVICES[0])
    assert not draft.vector.any()
    draft.vector[:] = numbers
    packed = wire.pack_vector(np.array(numbers, np.uint32))
    assert draft.message() == wire.pack(PARAMS, Step.MASKED_INPUT, DEVICES[0], *packed)


def test_a_message_cannot_be_changed_by_who_kept_its_vector() -> None:
    draft = Draft(PARAMS, DEVICES[0])
    kept = draft.vector
    message = draft.message()
    kept[:] = 7
    assert message == wire.pack(PARAMS, Step.MASKED_INPUT, DEVICES[0], *wire.pack_vector(ring.zeros(8)))
