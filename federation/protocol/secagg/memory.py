"""What a device remembers of a round between its steps, and how it is written down and read again.

The snapshot is a JSON object whose bytes stand in base64. It holds the root and other devices' shares: keep it
like a key. Once the last step was taken, only what is public is left in it.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from federation.protocol.errors import refusal
from federation.protocol.params import RoundParams
from federation.protocol.secagg import derive
from federation.protocol.secagg.bodies import Advertisement
from federation.protocol.secagg.graph import Graph, graph_of
from federation.protocol.secagg.seal import Shares
from federation.protocol.secagg.shamir import SHARE_BYTES
from federation.protocol.steps import Step

_ROW = 16 + 2 * derive.KEY_BYTES


@dataclass
class Memory:
    """`devices` are those who advertised, ascending; `shared` those of them who shared; `held` the shares that this
    device holds, ascending; `survivors` the list that it signed."""

    params: RoundParams
    roster: int
    next: Step | None = Step.ADVERTISE_KEYS
    root: bytes = b""
    gathered: bytes = b""
    devices: tuple[UUID, ...] = ()
    shared: tuple[UUID, ...] = ()
    held: dict[UUID, Shares] = field(default_factory=dict)
    survivors: tuple[UUID, ...] = ()
    _keys: dict[UUID, tuple[int, bytes, bytes]] = field(default_factory=dict)

    def gather(self, bound: bytes, advertised: Mapping[UUID, Advertisement]) -> None:
        """Remember who advertised which keys; in ascending order."""
        self.gathered = derive.gathering(bound, {d: derive.digest(a.pack()) for d, a in advertised.items()})
        self._place([(device, one.seal_key, one.mask_key) for device, one in advertised.items()])

    @property
    def graph(self) -> Graph:
        """The graph of those who advertised."""
        return graph_of(self.params, self.roster, self.gathered, len(self.devices))

    def position(self, device: UUID) -> int:
        """Its place among those who advertised."""
        return self._keys[device][0]

    def seal_key(self, device: UUID) -> bytes:
        """Its public key for seals."""
        return self._keys[device][1]

    def mask_key(self, device: UUID) -> bytes:
        """Its public key for masks."""
        return self._keys[device][2]

    def forget(self) -> None:
        """The last step was taken: nothing secret is needed any more."""
        self.root, self.held = b"", {}

    def snapshot(self, bound: bytes) -> dict[str, Any]:
        """All of it, JSON-able."""
        rows = [device.bytes + seal + mask for device, (_, seal, mask) in self._keys.items()]
        held = [device.bytes + pair.mask_key + pair.self_seed for device, pair in self.held.items()]
        return {
            "v": 1,
            "bound": _text(bound),
            "next": self.next.slug if self.next else None,
            "root": _text(self.root),
            "gathered": _text(self.gathered),
            "advertised": _text(b"".join(rows)),
            "shared": _text(_joined(self.shared)),
            "held": _text(b"".join(held)),
            "survivors": _text(_joined(self.survivors)),
        }

    @classmethod
    def restored(
        cls, params: RoundParams, bound: bytes, roster: int, snapshot: Mapping[str, Any] | None
    ) -> "Memory":
        """The memory of a snapshot, or of nothing. Raises Refusal `roster-changed` where the snapshot was taken
        under another roster or other terms."""
        memory = cls(params, roster)
        if snapshot is None:
            return memory
        read = {name: base64.b64decode(snapshot[name]) for name in snapshot if name not in ("v", "next")}
        if snapshot["v"] != 1 or read["bound"] != bound:
            raise refusal("roster-changed")
        memory.next = Step.of(snapshot["next"]) if snapshot["next"] else None
        memory.root, memory.gathered = read["root"], read["gathered"]
        memory._place([(UUID(bytes=r[:16]), r[16:48], r[48:]) for r in _pieces(read["advertised"], _ROW)])
        memory.shared, memory.survivors = _devices(read["shared"]), _devices(read["survivors"])
        memory.held = {
            UUID(bytes=r[:16]): Shares(r[16 : 16 + SHARE_BYTES], r[16 + SHARE_BYTES :])
            for r in _pieces(read["held"], 16 + 2 * SHARE_BYTES)
        }
        return memory

    def _place(self, rows: list[tuple[UUID, bytes, bytes]]) -> None:
        self.devices = tuple(device for device, _, _ in rows)
        self._keys = {device: (at, seal, mask) for at, (device, seal, mask) in enumerate(rows)}


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _joined(devices: tuple[UUID, ...]) -> bytes:
    return b"".join(device.bytes for device in devices)


def _pieces(data: bytes, size: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


def _devices(data: bytes) -> tuple[UUID, ...]:
    return tuple(UUID(bytes=one) for one in _pieces(data, 16))
