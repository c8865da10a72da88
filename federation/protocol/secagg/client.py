"""A device's side of SecAgg. What it does at each step, and what it refuses, in this order:

(1) advertise keys   Draw the root, derive the round's keys, sign them with the device key.
(2) share keys       Refuse: a device that is not on the roster; its own keys missing or changed; keys not signed by
                     their device for this round, roster and manifest; weak or equal keys; too few devices.
                     Then split mask key and self-mask seed among the holders, sealed for each.
(3) masked input     Refuse: a share from a stranger; itself missing; too few; a share that its sender did not seal.
                     Then clip, round, add the noise, add own mask and pair masks.
(4) consistency      Refuse: a list that differs from (3); a device on both lists; itself missing; too few.
                     Then sign the list of survivors. This device signs one list in its life of the round.
(5) unmask           Refuse: a second time; a signature that does not hold or is a stranger's; fewer than a quorum.
                     Then give, for each device, the share of its self-mask seed where it survived, or the share of
                     its mask key where it dropped out. Never both: each device stands on one list. Then forget.

Steps are taken once and in order. What is left to the caller: that manifest and roster carry the server's pinned
signature and this device's own key, and the artist's floors (edge/rules.py); to keep each message before it is sent.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from federation.protocol import keys, quantize, wire
from federation.protocol.draft import Draft
from federation.protocol.errors import refusal
from federation.protocol.params import RoundParams, quorum
from federation.protocol.secagg import bodies, cohort, derive, prg, seal
from federation.protocol.secagg.memory import Memory
from federation.protocol.secagg.secrets import Secrets
from federation.protocol.sessions import ClientContext
from federation.protocol.steps import Step


class SecAggClient:
    """See `sessions.ClientSession` and this module's text."""

    def __init__(
        self,
        params: RoundParams,
        device: UUID,
        rng: np.random.Generator,
        snapshot: Mapping[str, Any] | None,
        context: ClientContext,
    ) -> None:
        self.params = params.validate()
        self._device = device
        self._rng = rng
        self._context = context
        if context.roster_keys.get(device) != keys.raw_public(context.device_key):
            raise refusal("own-device-missing", "The roster has another key for it.")
        self._bound = derive.binding(params, context.roster_keys)
        self._floor = cohort.floor(params, len(context.roster_keys))
        self._agreed: dict[UUID, bytes] = {}
        self._memory = Memory.restored(params, self._bound, len(context.roster_keys), snapshot)

    def advertise_keys(self) -> bytes:
        """(1)"""
        self._check_next(Step.ADVERTISE_KEYS)
        self._memory.root = self._context.entropy(derive.KEY_BYTES)
        return self._taken(Step.ADVERTISE_KEYS, self._advertisement().pack())

    def share_keys(self, roster: bytes) -> bytes:
        """(2)"""
        self._check_next(Step.SHARE_KEYS)
        body = wire.expect(roster, self.params, Step.SHARE_KEYS, wire.SERVER)
        advertised = self._checked_advertisements(bodies.unpack_rows(body, bodies.ADVERTISEMENT_BYTES))
        self._check_list(tuple(advertised), "advertised")
        memory = self._memory
        memory.gather(self._bound, advertised)
        secrets, graph = self._secrets(), memory.graph
        holders = graph.holders(memory.position(self._device))
        shares = secrets.split(memory.gathered, graph.threshold, [holder + 1 for holder in holders])
        sealed = []
        for holder, pair in zip(holders, shares, strict=True):
            other = memory.devices[holder]
            if other != self._device:
                sealed.append(seal.close(pair, self._seal_key(secrets, self._device, other)))
        return self._taken(Step.SHARE_KEYS, b"".join(sealed))

    def masked_input(self, inbox: bytes, update: NDArray[np.floating]) -> bytes:
        """(3)"""
        self._check_next(Step.MASKED_INPUT)
        shared, rest = bodies.split_list(wire.expect(inbox, self.params, Step.MASKED_INPUT, wire.SERVER))
        memory, secrets = self._memory, self._secrets()
        if not set(shared) <= set(memory.devices):
            raise refusal("share-from-stranger")
        self._check_list(shared, "shared")
        held = self._opened(secrets, shared, rest)
        draft = Draft(self.params, self._device)
        quantize.quantize(update, self.params, self._rng, self._context.noise, draft.vector)
        masks = [prg.Mask(derive.self_mask(secrets.self_seed, self._bound, self._device), add=True)]
        for other in held:
            if other != self._device:
                common = derive.agree(secrets.mask_key, memory.mask_key(other))
                key = derive.pair_mask(common, self._bound, memory.gathered, self._device, other)
                masks.append(prg.Mask(key, add=self._device.bytes < other.bytes))
        prg.apply(draft.vector, masks)
        memory.shared, memory.held, memory.next = shared, held, Step.CONSISTENCY
        return draft.message()

    def confirm(self, survivors: bytes) -> bytes:
        """(4)"""
        self._check_next(Step.CONSISTENCY)
        body = wire.expect(survivors, self.params, Step.CONSISTENCY, wire.SERVER)
        left, rest = bodies.split_list(body)
        dropped = wire.unpack_devices(rest)
        shared = set(self._memory.shared)
        if set(left) & set(dropped):
            raise refusal("lists-overlap")
        if not set(left) | set(dropped) <= shared:
            raise refusal("list-grew")
        if len(left) + len(dropped) != len(shared):
            raise refusal("lists-incomplete")
        self._check_list(left, "survivors")
        self._memory.survivors = left
        return self._taken(Step.CONSISTENCY, self._context.device_key.sign(self._survivors_text()))

    def unmask(self, confirmations: bytes) -> bytes:
        """(5)"""
        if self._memory.next is None:
            raise refusal("unmask-twice")
        self._check_next(Step.UNMASK)
        body = wire.expect(confirmations, self.params, Step.UNMASK, wire.SERVER)
        signatures = bodies.unpack_rows(body, keys.SIGNATURE_BYTES)
        survivors = set(self._memory.survivors)
        if not set(signatures) <= survivors:
            raise refusal("list-grew")
        needed = quorum(len(self._context.roster_keys))
        if len(signatures) < needed:
            raise refusal("quorum-missing", f"{len(signatures)} of at least {needed}.")
        text = self._survivors_text()
        for device, signature in signatures.items():
            bodies.check_confirmation(device, self._context.roster_keys[device], signature, text)
        held = self._memory.held
        given = [pair.self_seed if device in survivors else pair.mask_key for device, pair in held.items()]
        message = self._taken(Step.UNMASK, b"".join(given))
        self._memory.forget()
        self._agreed.clear()
        return message

    def snapshot(self) -> dict[str, Any]:
        """What a restart needs; after the last step nothing secret is left in it."""
        return self._memory.snapshot(self._bound)

    def _secrets(self) -> Secrets:
        return Secrets(self._memory.root, self._bound, self._device)

    def _advertisement(self) -> bodies.Advertisement:
        secrets = self._secrets()
        return bodies.sign_advertisement(
            self._context.device_key,
            self._bound,
            self._device,
            secrets.seal_key.public_key().public_bytes_raw(),
            secrets.mask_key.public_key().public_bytes_raw(),
            derive.commitment(secrets.self_seed, self._bound, self._device),
        )

    def _checked_advertisements(self, rows: Mapping[UUID, bytes]) -> dict[UUID, bodies.Advertisement]:
        if not set(rows) <= set(self._context.roster_keys):
            raise refusal("list-grew", "It is not on the roster.")
        if self._device not in rows:
            raise refusal("own-device-missing")
        if rows[self._device] != self._advertisement().pack():
            raise refusal("own-round-keys-changed")
        opened = {
            device: bodies.open_advertisement(body, self._bound, device, self._context.roster_keys[device])
            for device, body in rows.items()
        }
        keys_seen = [key for one in opened.values() for key in (one.seal_key, one.mask_key, one.commitment)]
        if len(set(keys_seen)) != len(keys_seen):
            raise refusal("round-keys-equal")
        return opened

    def _opened(
        self, secrets: Secrets, shared: tuple[UUID, ...], rest: memoryview
    ) -> dict[UUID, seal.Shares]:
        """What this device holds of each of those who shared with it, itself included where it is a holder."""
        memory, there = self._memory, set(shared)
        own = memory.position(self._device)
        holders = memory.graph.holders(own)
        senders = [memory.devices[one] for one in holders if memory.devices[one] in there]
        if len(senders) < memory.graph.threshold:
            raise refusal(
                "list-under-threshold", f"{len(senders)} of at least {memory.graph.threshold} near."
            )
        sealed = iter(bodies.unpack_sealed(rest, len(senders) - (self._device in senders)))
        held = {}
        for sender in senders:
            if sender == self._device:
                (held[sender],) = secrets.split(memory.gathered, memory.graph.threshold, [own + 1])
            else:
                held[sender] = seal.open_(next(sealed), self._seal_key(secrets, sender, self._device))
        return held

    def _seal_key(self, secrets: Secrets, sender: UUID, receiver: UUID) -> bytes:
        other = receiver if sender == self._device else sender
        if other not in self._agreed:  # the same secret seals both directions, under a key for each
            self._agreed[other] = derive.agree(secrets.seal_key, self._memory.seal_key(other))
        common = self._agreed[other]
        return derive.seal_key(common, self._bound, self._memory.gathered, sender, receiver)

    def _survivors_text(self) -> bytes:
        memory = self._memory
        return bodies.survivors_text(self._bound, memory.gathered, memory.shared, memory.survivors)

    def _check_list(self, devices: tuple[UUID, ...], what: str) -> None:
        if self._device not in devices:
            raise refusal("own-device-missing")
        if len(devices) < self._floor:
            raise refusal("list-under-threshold", f"{len(devices)} {what}, of at least {self._floor}.")

    def _check_next(self, step: Step) -> None:
        if self._memory.next is not step:
            raise refusal("step-out-of-order", f"It is {step.slug}.")

    def _taken(self, step: Step, body: bytes) -> bytes:
        self._memory.next = step.following
        return wire.pack(self.params, step, self._device, body)
