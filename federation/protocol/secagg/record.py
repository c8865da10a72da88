"""The server's state of a round as plain JSON, small enough for a database row: some 80 KB at 512 devices.

Devices and keys stand packed in base64, the list of each step as a bitmap over the roster. What devices sent lies in
storage and is not repeated here, but for what a later check needs: mask keys, commitments and the gathering.
"""

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import Any
from uuid import UUID

from federation.protocol.errors import refusal
from federation.protocol.params import RoundParams
from federation.protocol.secagg import bodies, derive
from federation.protocol.secagg.graph import Graph, graph_of
from federation.protocol.steps import Step

_DEVICE_BYTES = 16


@dataclass(frozen=True)
class Record:
    """`devices` and `device_keys` are the roster, ascending; `lists` holds, under each closed step, who answered;
    `advertised` maps who advertised to mask key and commitment; `gathered` stands for all advertisements."""

    params: RoundParams
    bound: bytes
    devices: tuple[UUID, ...]
    device_keys: tuple[bytes, ...]
    next: Step | None = Step.ADVERTISE_KEYS
    lists: Mapping[Step, tuple[UUID, ...]] = field(default_factory=dict)
    advertised: Mapping[UUID, tuple[bytes, bytes]] = field(default_factory=dict)
    gathered: bytes = b""
    _may: dict[Step, frozenset[UUID]] = field(default_factory=dict, init=False, compare=False, repr=False)

    @classmethod
    def opened(cls, params: RoundParams, roster: Mapping[UUID, bytes]) -> "Record":
        """The record before the first step."""
        devices = tuple(sorted(roster, key=lambda one: one.bytes))
        keys = tuple(roster[device] for device in devices)
        return cls(params, derive.binding(params, roster), devices, keys)

    @cached_property
    def keys(self) -> Mapping[UUID, bytes]:
        """The device key of each device of the roster."""
        return dict(zip(self.devices, self.device_keys, strict=True))

    @cached_property
    def survivors_text(self) -> bytes:
        """What each survivor signs."""
        lists = self.listed(Step.SHARE_KEYS), self.listed(Step.MASKED_INPUT)
        return bodies.survivors_text(self.bound, self.gathered, *lists)

    @property
    def graph(self) -> Graph:
        """The graph of those who advertised."""
        return graph_of(self.params, len(self.devices), self.gathered, len(self.advertisers))

    @property
    def advertisers(self) -> tuple[UUID, ...]:
        """Those who advertised, ascending: a device's position in the graph is its place here."""
        return self.listed(Step.ADVERTISE_KEYS)

    def listed(self, step: Step) -> tuple[UUID, ...]:
        """Who answered that step. Raises Refusal `stage-not-yet` while it is open."""
        if step not in self.lists:
            raise refusal("stage-not-yet")
        return self.lists[step]

    @cached_property
    def positions(self) -> Mapping[UUID, int]:
        """Each advertiser's position in the graph."""
        return {device: at for at, device in enumerate(self.advertisers)}

    @cached_property
    def shared(self) -> frozenset[int]:
        """The positions of those who shared."""
        return frozenset(self.positions[device] for device in self.listed(Step.SHARE_KEYS))

    def may(self, step: Step) -> frozenset[UUID]:
        """Who may answer that step, to be asked for one by one."""
        if step not in self._may:
            self._may[step] = frozenset(self.before(step))
        return self._may[step]

    def before(self, step: Step) -> tuple[UUID, ...]:
        """Who may answer that step."""
        return self.devices if step is Step.ADVERTISE_KEYS else self.listed(Step(step - 1))

    def closed(self, step: Step, answered: Iterable[UUID], **changes: Any) -> "Record":
        """The record after that step."""
        lists = {**self.lists, step: tuple(sorted(answered, key=lambda one: one.bytes))}
        return replace(self, next=step.following, lists=lists, **changes)

    def to_json(self) -> dict[str, Any]:
        """As a database row keeps it."""
        return {
            "v": 1,
            "bound": _text(self.bound),
            "next": self.next.slug if self.next else None,
            "roster": _text(
                b"".join(d.bytes + k for d, k in zip(self.devices, self.device_keys, strict=True))
            ),
            "lists": {step.slug: self._bitmap(devices) for step, devices in self.lists.items()},
            "advertised": _text(b"".join(b"".join(self.advertised[d]) for d in self.lists.get(Step(1), ()))),
            "gathered": _text(self.gathered),
        }

    @classmethod
    def from_json(cls, params: RoundParams, state: Mapping[str, Any]) -> "Record":
        """The record that `to_json` wrote."""
        devices, keys = _roster(state["roster"])
        lists = {Step.of(slug): _listed(state["roster"], text) for slug, text in state["lists"].items()}
        return cls(
            params,
            base64.b64decode(state["bound"]),
            devices,
            keys,
            Step.of(state["next"]) if state["next"] else None,
            lists,
            _advertised(lists.get(Step.ADVERTISE_KEYS, ()), state["advertised"]),
            base64.b64decode(state["gathered"]),
        )

    def _bitmap(self, listed: Iterable[UUID]) -> str:
        there = set(listed)
        bits = sum(1 << at for at, device in enumerate(self.devices) if device in there)
        return _text(bits.to_bytes((len(self.devices) + 7) // 8, "little"))


# A worker reads the state of the same round again with every message: what these read of it stays the same.


@lru_cache(maxsize=8)
def _roster(text: str) -> tuple[tuple[UUID, ...], tuple[bytes, ...]]:
    rows = _pieces(base64.b64decode(text), _DEVICE_BYTES + derive.KEY_BYTES)
    return tuple(UUID(bytes=row[:_DEVICE_BYTES]) for row in rows), tuple(row[_DEVICE_BYTES:] for row in rows)


@lru_cache(maxsize=64)
def _listed(roster: str, text: str) -> tuple[UUID, ...]:
    bits = int.from_bytes(base64.b64decode(text), "little")
    return tuple(device for at, device in enumerate(_roster(roster)[0]) if bits >> at & 1)


@lru_cache(maxsize=8)
def _advertised(devices: tuple[UUID, ...], text: str) -> Mapping[UUID, tuple[bytes, bytes]]:
    pairs = _pieces(base64.b64decode(text), 2 * derive.KEY_BYTES)
    split = ((pair[: derive.KEY_BYTES], pair[derive.KEY_BYTES :]) for pair in pairs)
    return MappingProxyType(dict(zip(devices, split, strict=True)))


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _pieces(data: bytes, size: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]
