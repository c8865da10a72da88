"""The server's side of SecAgg: it orders, relays and adds. Functions over the plain state of `record`.

It cannot choose anything that matters: devices check each other's signatures, and none gives a share before a
quorum has signed one list. What it refuses (accept) is what would only break the round for the others.
"""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from federation.protocol import keys, quantize, wire
from federation.protocol.adding import Adding
from federation.protocol.errors import refusal
from federation.protocol.params import RoundParams, quorum
from federation.protocol.ring import Ring
from federation.protocol.secagg import bodies, cohort, derive, removal, shamir
from federation.protocol.secagg.record import Record
from federation.protocol.secagg.seal import SEALED_BYTES
from federation.protocol.sessions import Facts, Messages, State
from federation.protocol.steps import Step


class SecAggServer(Adding):
    """See `sessions.ServerSession`."""

    def __init__(self, params: RoundParams) -> None:
        self.params = params.validate()
        self._read: tuple[State, Record] | None = None

    def open(self, roster: Mapping[UUID, bytes]) -> dict[str, Any]:
        self._check_count(len(roster), max(self.params.min_cohort, cohort.floor(self.params, len(roster))))
        if len(roster) > self.params.max_cohort:
            raise refusal("list-too-long", f"{len(roster)} devices.")
        if len(set(roster.values())) != len(roster):
            raise refusal("roster-equal-keys")
        return Record.opened(self.params, roster).to_json()

    def message_limit(self, step: Step) -> int:
        most = self.params.max_cohort
        return (
            wire.HEADER.size
            + {
                Step.ADVERTISE_KEYS: bodies.ADVERTISEMENT_BYTES,
                Step.SHARE_KEYS: SEALED_BYTES * (most - 1),
                Step.MASKED_INPUT: 4 + 4 * self.params.length,
                Step.CONSISTENCY: keys.SIGNATURE_BYTES,
                Step.UNMASK: shamir.SHARE_BYTES * most,
            }[step]
        )

    def accept(self, state: State, step: Step, sender: UUID, message: bytes) -> dict[str, Any]:
        record = self._open_at(state, step)
        if sender not in record.may(step):
            raise refusal("own-device-missing")
        body = wire.expect(message, self.params, step, sender)
        device_key = record.keys[sender]
        match step:
            case Step.ADVERTISE_KEYS:
                made = bodies.open_advertisement(body, record.bound, sender, device_key)
                kept = {"mask_key": made.mask_key, "commitment": made.commitment}
                facts = {"advertisement": derive.digest(body), **kept}
                return {name: value.hex() for name, value in facts.items()}
            case Step.SHARE_KEYS:
                bodies.check_sealed(body, len(record.graph.neighbours(record.positions[sender])))
            case Step.MASKED_INPUT:
                wire.unpack_vector(body, self.params.length)
            case Step.CONSISTENCY:
                bodies.check_confirmation(sender, device_key, bytes(body), record.survivors_text)
            case Step.UNMASK:
                bodies.unpack_shares(body, len(removal.held_by(record, sender)))
        return {}

    def close(self, state: State, step: Step, answers: Mapping[UUID, Facts]) -> dict[str, Any]:
        record = self._open_at(state, step)
        if not record.may(step).issuperset(answers):
            raise refusal("list-grew")
        self._check_count(len(answers), cohort.floor(self.params, len(record.devices)))
        if step is Step.ADVERTISE_KEYS:
            return self._gathered(record, answers).to_json()
        after = record.closed(step, answers)
        if step is Step.UNMASK:
            removal.check_enough(after)
        return after.to_json()

    def deliver(self, state: State, step: Step, messages: Messages) -> Iterator[tuple[UUID, bytes]]:
        record = self._record(state)
        if step is Step.ADVERTISE_KEYS:
            raise refusal("stage-not-yet")
        receivers = record.before(step)
        if step is Step.MASKED_INPUT:
            return self._sealed_for(record, receivers, messages)
        if step is Step.CONSISTENCY:
            dropped = [d for d in record.listed(Step.SHARE_KEYS) if d not in record.may(step)]
            body = wire.pack_devices(receivers) + wire.pack_devices(dropped)
        else:
            rows = receivers if step is Step.SHARE_KEYS else receivers[: quorum(len(record.devices))]
            body = bodies.pack_rows({device: self._body(messages(device)) for device in rows})
        inbox = wire.pack(self.params, step, wire.SERVER, body)
        return ((device, inbox) for device in receivers)

    def survivors(self, state: State) -> tuple[UUID, ...]:
        return self._record(state).listed(Step.MASKED_INPUT)

    def removal_parts(self, state: State) -> int:
        return removal.parts(self._closed(state))

    def remove(self, state: State, part: int, messages: Messages, into: Ring | None = None) -> Ring:
        record = self._closed(state)
        return removal.remove(record, part, lambda device: self._body(messages(device)), into)

    def finish(self, state: State, partial: Ring) -> NDArray[np.float64]:
        count = len(self._closed(state).listed(Step.MASKED_INPUT))
        return quantize.mean_of_sum(partial, self.params, count)

    def _gathered(self, record: Record, answers: Mapping[UUID, Facts]) -> Record:
        """Who advertised which keys; equal ones end the round, for no device would go on."""
        read = {
            d: {name: bytes.fromhex(text) for name, text in facts.items()} for d, facts in answers.items()
        }
        advertised = {device: (facts["mask_key"], facts["commitment"]) for device, facts in read.items()}
        values = [value for pair in advertised.values() for value in pair]
        if len(set(values)) != len(values):
            raise refusal("round-keys-equal")
        gathered = derive.gathering(record.bound, {d: facts["advertisement"] for d, facts in read.items()})
        return record.closed(Step.ADVERTISE_KEYS, answers, advertised=advertised, gathered=gathered)

    def _sealed_for(
        self, record: Record, receivers: tuple[UUID, ...], messages: Messages
    ) -> Iterator[tuple[UUID, bytes]]:
        """To each who shared: who shared, and what was sealed for it."""
        graph, advertisers = record.graph, record.advertisers
        listed = wire.pack_devices(receivers)
        sent = {record.positions[device]: self._body(messages(device)) for device in receivers}
        places = {
            mine: {other: SEALED_BYTES * at for at, other in enumerate(graph.neighbours(mine))}
            for mine in sent
        }
        for mine in sent:
            near = [(sent[other], places[other][mine]) for other in graph.neighbours(mine) if other in sent]
            body = b"".join((listed, *(sealed[at : at + SEALED_BYTES] for sealed, at in near)))
            yield advertisers[mine], wire.pack(self.params, Step.MASKED_INPUT, wire.SERVER, body)

    @staticmethod
    def _body(message: bytes) -> bytes:
        return bytes(wire.body_of(message))

    def _record(self, state: State) -> Record:
        """The record of that state; read once for as long as the same mapping comes again, which nobody changes."""
        if self._read is None or self._read[0] is not state:
            self._read = state, Record.from_json(self.params, state)
        return self._read[1]

    def _open_at(self, state: State, step: Step) -> Record:
        record = self._record(state)
        if record.next is not step:
            raise refusal("step-out-of-order", f"{step.slug} is not open.")
        return record

    def _closed(self, state: State) -> Record:
        record = self._record(state)
        if record.next is not None:
            raise refusal("step-out-of-order", f"{record.next.slug} is still open.")
        return record

    @staticmethod
    def _check_count(count: int, least: int) -> None:
        if count < least:
            raise refusal("list-under-threshold", f"{count} of at least {least}.")
