"""UnsafePlainSum: the five steps with nothing hidden. The server reads every single update.

It stands in until secure aggregation is there, walks the same five steps over the same messages, and warns
whenever it is made. The lists that each device is shown are hashed and sent back, so that one list holds for
everybody.
"""

import hashlib
import warnings
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from federation.protocol import quantize, ring, wire
from federation.protocol.adding import Adding
from federation.protocol.errors import refusal
from federation.protocol.params import RoundParams
from federation.protocol.sessions import ClientContext, Facts, Messages, State
from federation.protocol.steps import Step
from federation.protocol.warns import UnsafeSchemeWarning

NAME = "UnsafePlainSum"
SENTENCE = "UnsafePlainSum hides nothing: the server can read every device's update. For demonstrations only."


def warn_unsafe() -> None:
    """One warning each time a side of this scheme is made."""
    warnings.warn(SENTENCE, UnsafeSchemeWarning, stacklevel=3)


class PlainClient:
    """A device's side; see `sessions.ClientSession`.

    1. advertise-keys: an empty body, there are no keys.
    2. share-keys: the SHA-256 of the list of those who advertised, once this device is on it and it is long
    enough.
    3. masked-input: the clipped and rounded update, not masked.
    4. consistency: the SHA-256 of the list of survivors, which may only have shrunk.
    5. unmask: the SHA-256 of the list of those who confirmed it; there is nothing to take off.
    """

    def __init__(
        self,
        params: RoundParams,
        device: UUID,
        rng: np.random.Generator,
        snapshot: Mapping[str, Any] | None,
        context: ClientContext,
    ) -> None:
        warn_unsafe()
        self.params = params.validate()
        self._device = device
        self._rng = rng
        self._noise = context.noise
        self._next: Step | None = Step.ADVERTISE_KEYS
        self._seen: frozenset[UUID] | None = None
        if snapshot is not None:
            self._next = Step.of(snapshot["next"]) if snapshot["next"] else None
            seen = snapshot["seen"]
            self._seen = None if seen is None else frozenset(map(UUID, seen))

    def advertise_keys(self) -> bytes:
        self._take(Step.ADVERTISE_KEYS)
        return self._message(Step.ADVERTISE_KEYS, b"")

    def share_keys(self, roster: bytes) -> bytes:
        return self._hash(Step.SHARE_KEYS, roster)

    def masked_input(self, inbox: bytes, update: NDArray[np.floating]) -> bytes:
        self._check_next(Step.MASKED_INPUT)
        devices, _ = self._list(Step.MASKED_INPUT, inbox)
        vector = quantize.quantize(update, self.params, self._rng, self._noise)
        self._take(Step.MASKED_INPUT)
        self._seen = devices
        return self._message(Step.MASKED_INPUT, *wire.pack_vector(vector))

    def confirm(self, survivors: bytes) -> bytes:
        return self._hash(Step.CONSISTENCY, survivors)

    def unmask(self, confirmations: bytes) -> bytes:
        return self._hash(Step.UNMASK, confirmations)

    def snapshot(self) -> dict[str, Any]:
        seen = None if self._seen is None else sorted(map(str, self._seen))
        return {"next": self._next.slug if self._next else None, "seen": seen}

    def _hash(self, step: Step, inbox: bytes) -> bytes:
        """Take a step whose message is the hash of the list that it was shown."""
        self._check_next(step)
        devices, digest = self._list(step, inbox)
        self._take(step)
        self._seen = devices
        return self._message(step, digest)

    def _list(self, step: Step, inbox: bytes) -> tuple[frozenset[UUID], bytes]:
        """The devices of the server's list and its hash, if this device may go on with it."""
        body = wire.expect(inbox, self.params, step, wire.SERVER)
        devices = frozenset(wire.unpack_devices(body))
        if self._seen is not None and not devices <= self._seen:
            raise refusal("list-grew")
        if self._device not in devices:
            raise refusal("own-device-missing")
        if len(devices) < self.params.threshold:
            raise refusal("list-under-threshold", f"{len(devices)} of at least {self.params.threshold}.")
        return devices, hashlib.sha256(body).digest()

    def _check_next(self, step: Step) -> None:
        if self._next is not step:
            raise refusal("step-out-of-order", f"It is {step.slug}.")

    def _take(self, step: Step) -> None:
        self._check_next(step)
        self._next = step.following

    def _message(self, step: Step, *body: bytes | memoryview) -> bytes:
        return wire.pack(self.params, step, self._device, *body)


class PlainServer(Adding):
    """The server's side; see `sessions.ServerSession`.

    The state is {"next": slug or null, "lists": {slug: [device, ...]}}: the roster stands under "roster",
    and under each closed step the devices that answered it. A step's inbox is the list of the step before.
    """

    def __init__(self, params: RoundParams) -> None:
        warn_unsafe()
        self.params = params.validate()

    def open(self, roster: Mapping[UUID, bytes]) -> dict[str, Any]:
        devices = sorted(map(str, roster))
        self._check_count(len(devices), self.params.min_cohort)
        if len(devices) > self.params.max_cohort:
            raise refusal("list-too-long", f"{len(devices)} devices.")
        return {"next": Step.ADVERTISE_KEYS.slug, "lists": {"roster": devices}}

    def message_limit(self, step: Step) -> int:
        return wire.HEADER.size + self._body_length(step)

    def accept(self, state: State, step: Step, sender: UUID, message: bytes) -> dict[str, Any]:
        self._check_open(state, step)
        if str(sender) not in state["lists"][self._before(step)]:
            raise refusal("own-device-missing")
        body = wire.expect(message, self.params, step, sender)
        if step is Step.MASKED_INPUT:
            self._check_vector(wire.unpack_vector(body, self.params.length))
        elif len(body) != self._body_length(step):
            raise refusal("message-wrong-length")
        elif step is not Step.ADVERTISE_KEYS and bytes(body) != self._digest(state, step):
            raise refusal("list-differs")
        return {"sha256": hashlib.sha256(message).hexdigest()}

    def close(self, state: State, step: Step, answers: Mapping[UUID, Facts]) -> dict[str, Any]:
        self._check_open(state, step)
        devices = sorted(map(str, answers))
        if not set(devices) <= set(state["lists"][self._before(step)]):
            raise refusal("list-grew")
        self._check_count(len(devices), self.params.threshold)
        following = step.following.slug if step.following else None
        return {"next": following, "lists": {**state["lists"], step.slug: devices}}

    def deliver(self, state: State, step: Step, messages: Messages) -> Iterator[tuple[UUID, bytes]]:
        listed = state["lists"].get(self._before(step))
        if step is Step.ADVERTISE_KEYS or listed is None:
            raise refusal("stage-not-yet")
        devices = tuple(map(UUID, listed))
        inbox = wire.pack(self.params, step, wire.SERVER, wire.pack_devices(devices))
        return ((device, inbox) for device in devices)

    def survivors(self, state: State) -> tuple[UUID, ...]:
        devices = state["lists"].get(Step.MASKED_INPUT.slug)
        if devices is None:
            raise refusal("stage-not-yet")
        return tuple(map(UUID, devices))

    def removal_parts(self, state: State) -> int:
        self._check_closed(state)
        return 0

    def remove(self, state: State, part: int, messages: Messages, into: ring.Ring | None = None) -> ring.Ring:
        raise ValueError(f"there is no part {part}: nothing is hidden")

    def finish(self, state: State, partial: ring.Ring) -> NDArray[np.float64]:
        self._check_closed(state)
        return quantize.mean_of_sum(partial, self.params, len(self.survivors(state)))

    def _body_length(self, step: Step) -> int:
        lengths = {Step.ADVERTISE_KEYS: 0, Step.MASKED_INPUT: 4 + 4 * self.params.length}
        return lengths.get(step, wire.DIGEST_BYTES)

    def _check_vector(self, vector: ring.Ring) -> None:
        """Nothing is hidden here, so the server can refuse a vector that no honest device would send."""
        if not quantize.possible(ring.centred(vector), self.params):
            raise refusal("vector-over-clip")

    def _digest(self, state: State, step: Step) -> bytes:
        """The hash that a device must send back: of the list that it was shown for this step."""
        return hashlib.sha256(wire.pack_devices(map(UUID, state["lists"][self._before(step)]))).digest()

    @staticmethod
    def _before(step: Step) -> str:
        return "roster" if step is Step.ADVERTISE_KEYS else Step(step - 1).slug

    @staticmethod
    def _check_open(state: State, step: Step) -> None:
        if state["next"] != step.slug:
            raise refusal("step-out-of-order", f"{step.slug} is not open.")

    @staticmethod
    def _check_closed(state: State) -> None:
        if state["next"] is not None:
            raise refusal("step-out-of-order", f"{state['next']} is still open.")

    @staticmethod
    def _check_count(count: int, floor: int) -> None:
        if count < floor:
            raise refusal("list-under-threshold", f"{count} of at least {floor}.")
