"""The cases of secagg.json: derivations, masks, shares, seals, and one whole round of four with its false inboxes."""

import hashlib
from typing import Any
from uuid import UUID

import numpy as np

from federation.protocol import keys, wire
from federation.protocol.secagg import bodies, derive, prg, seal, shamir
from federation.protocol.secagg.client import SecAggClient
from federation.protocol.secagg.degree import degree
from federation.protocol.secagg.graph import ring_order
from federation.protocol.secagg.secrets import Secrets
from federation.protocol.secagg.server import SecAggServer
from federation.protocol.sessions import ClientContext
from federation.protocol.steps import Step
from tests.federation.protocol.rounds import DEVICES, device_key, small_params

WHO = DEVICES[:4]
PARAMS = small_params(min_cohort=4, threshold=3)
ROSTER = {device: keys.raw_public(device_key(device)) for device in WHO}
BOUND, GATHERED = b"b" * 32, b"g" * 32


def root_of(device: UUID) -> bytes:
    """The root that a device draws in the vectors."""
    return hashlib.sha256(b"root" + device.bytes).digest()


def update_of(at: int) -> np.ndarray:
    """Whole steps of the fixed point, so that rounding has nothing to choose."""
    return (np.arange(8, dtype=np.float64) - 4 * (at + 1)) / 1024


def part_cases() -> list[dict[str, Any]]:
    """Each: what is computed, from what, and what must come out (hexadecimal)."""
    one, two = WHO[:2]
    secrets = Secrets(root_of(one), BOUND, one)
    pair = seal.Shares(*secrets.split(GATHERED, 2, [1])[0])
    sealed = seal.close(pair, b"k" * 32)
    shares = shamir.split(b"\xff" * 32, 3, [1, 2, 3, 4, 5], b"k" * 32)
    rows: list[tuple[str, dict[str, Any], Any]] = [
        ("binding", {"round": str(PARAMS.round_id), "manifest": PARAMS.manifest_hash.hex(),
                     "roster": {str(d): k.hex() for d, k in ROSTER.items()}}, derive.binding(PARAMS, ROSTER).hex()),
        ("gathering", {"binding": BOUND.hex(), "hashes": {str(d): bytes(32).hex() for d in WHO}},
         derive.gathering(BOUND, dict.fromkeys(WHO, bytes(32))).hex()),
        ("secrets", {"root": root_of(one).hex(), "binding": BOUND.hex(), "device": str(one)},
         {"seal_key": secrets.seal_key.private_bytes_raw().hex(),
          "mask_key": secrets.mask_key.private_bytes_raw().hex(), "self_seed": secrets.self_seed.hex()}),
        ("seal key", {"shared": (b"s" * 32).hex(), "binding": BOUND.hex(), "gathering": GATHERED.hex(),
                      "sender": str(one), "receiver": str(two)},
         derive.seal_key(b"s" * 32, BOUND, GATHERED, one, two).hex()),
        ("pair mask", {"shared": (b"s" * 32).hex(), "binding": BOUND.hex(), "gathering": GATHERED.hex(),
                       "devices": [str(two), str(one)]}, derive.pair_mask(b"s" * 32, BOUND, GATHERED, two, one).hex()),
        ("self mask", {"seed": (b"s" * 32).hex(), "binding": BOUND.hex(), "device": str(one)},
         derive.self_mask(b"s" * 32, BOUND, one).hex()),
        ("commitment", {"seed": (b"s" * 32).hex(), "binding": BOUND.hex(), "device": str(one)},
         derive.commitment(b"s" * 32, BOUND, one).hex()),
        ("mask", {"key": (b"m" * 32).hex(), "count": 9}, prg.elements(b"m" * 32, 9).astype("<u4").tobytes().hex()),
        ("split", {"secret": (b"\xff" * 32).hex(), "threshold": 3, "points": [1, 2, 3, 4, 5], "key": (b"k" * 32).hex()},
         [share.hex() for share in shares]),
        ("join", {"shares": [shares[at].hex() for at in (4, 0, 2)], "points": [5, 1, 3]}, (b"\xff" * 32).hex()),
        ("share", {"share": (shamir.PRIME - 1).to_bytes(33, "big").hex()}, ""),
        ("share", {"share": shamir.PRIME.to_bytes(33, "big").hex()}, {"refusal": "share-invalid"}),
        ("share", {"share": "00" * 32}, {"refusal": "share-invalid"}),
        ("open seal", {"sealed": sealed.hex(), "key": (b"k" * 32).hex()}, (pair.mask_key + pair.self_seed).hex()),
        ("open seal", {"sealed": sealed.hex(), "key": (b"l" * 32).hex()}, {"refusal": "share-not-authentic"}),
        ("public key", {"key": "09" + "00" * 31}, ""),
        ("public key", {"key": "00" * 32}, {"refusal": "round-key-weak"}),
        ("public key", {"key": "01" + "00" * 30 + "80"}, {"refusal": "round-key-weak"}),
        ("ring order", {"gathering": GATHERED.hex(), "count": 12}, list(ring_order(12, GATHERED))),
        ("degree", {"count": 1000, "corrupt": 100, "dropouts": 300}, list(degree(1000, 100, 300) or ())),
    ]  # fmt: skip
    return [{"name": name, "given": given, "expect": expect} for name, given, expect in rows]


class Vectors:
    """A round of four in which the last device drops out before it sends; everything in it is fixed."""

    def __init__(self) -> None:
        self.server = SecAggServer(PARAMS)
        self.state = self.server.open(ROSTER)
        self.clients = {device: client_of(device) for device in WHO}
        self.sent: dict[Step, dict[UUID, bytes]] = {}
        self.inboxes: dict[Step, bytes] = {}

    def play(self) -> "Vectors":
        """All five steps."""
        for step in Step:
            awake = WHO if step < Step.MASKED_INPUT else WHO[:3]
            inboxes = {}
            if step is not Step.ADVERTISE_KEYS:
                before = self.sent[Step(step - 1)]
                inboxes = dict(self.server.deliver(self.state, step, before.__getitem__))
                self.inboxes[step] = inboxes[WHO[0]]
            made = {
                d: act(self.clients[d], step, inboxes.get(d, b""), update_of(WHO.index(d))) for d in awake
            }
            facts = {d: self.server.accept(self.state, step, d, message) for d, message in made.items()}
            self.state = self.server.close(self.state, step, facts)
            self.sent[step] = made
        return self

    def total(self) -> np.ndarray:
        """The sum in the ring."""
        partial = None
        for message in self.sent[Step.MASKED_INPUT].values():
            partial = self.server.fold(partial, message)
        removed = self.server.remove(self.state, 0, self.sent[Step.UNMASK].__getitem__)
        return self.server.combine([partial, removed])


def client_of(device: UUID) -> SecAggClient:
    """A device with its fixed key and root."""
    context = ClientContext(device_key(device), ROSTER, lambda _: root_of(device))
    return SecAggClient(PARAMS, device, np.random.default_rng(0), None, context)


def act(client: SecAggClient, step: Step, inbox: bytes, update: np.ndarray) -> bytes:
    """The message of a step."""
    match step:
        case Step.ADVERTISE_KEYS:
            return client.advertise_keys()
        case Step.SHARE_KEYS:
            return client.share_keys(inbox)
        case Step.MASKED_INPUT:
            return client.masked_input(inbox, update)
        case Step.CONSISTENCY:
            return client.confirm(inbox)
        case Step.UNMASK:
            return client.unmask(inbox)


def round_cases() -> list[dict[str, Any]]:
    """The steps of the first device: its inbox, and the message or the refusal. A refusal uses nothing up, so the
    cases of a step may be tried in this order with one session."""
    played = Vectors().play()
    cases = []
    for step in Step:
        for name, inbox, code in false_inboxes(played, step):
            cases.append({"name": name, "step": step.slug, "inbox": inbox.hex(), "expect": {"refusal": code}})
        message = played.sent[step][WHO[0]].hex()
        inbox = played.inboxes.get(step, b"").hex()
        cases.append(
            {"name": "as it should be", "step": step.slug, "inbox": inbox, "expect": {"message": message}}
        )
    again = played.inboxes[Step.UNMASK].hex()
    cases.append(
        {"name": "once more", "step": "unmask", "inbox": again, "expect": {"refusal": "unmask-twice"}}
    )
    return cases


def false_inboxes(played: Vectors, step: Step) -> list[tuple[str, bytes, str]]:
    """What a wrong or lying server could show the first device: a name, the inbox, the code of the refusal."""
    if step is Step.ADVERTISE_KEYS:
        return []
    good = played.inboxes[step]
    body = good[wire.HEADER.size :]
    wrong = {
        Step.SHARE_KEYS: false_keys,
        Step.MASKED_INPUT: false_seals,
        Step.CONSISTENCY: false_lists,
        Step.UNMASK: false_quorums,
    }[step]
    return [
        ("a byte too few", shown(step, body[:-1]), "message-wrong-length"),
        ("of another round", good[:8] + bytes(16) + good[24:], "message-wrong-round"),
        ("under other terms", good[:40] + bytes(32) + good[72:], "message-wrong-manifest"),
        *((name, shown(step, false), code) for name, false, code in wrong(played, body)),
    ]


def shown(step: Step, body: bytes) -> bytes:
    """That body in the server's frame."""
    return wire.pack(PARAMS, step, wire.SERVER, body)


def false_keys(played: Vectors, _: bytes) -> list[tuple[str, bytes, str]]:
    one, two, three, _four = WHO
    rows = {d: message[wire.HEADER.size :] for d, message in played.sent[Step.ADVERTISE_KEYS].items()}
    unsigned = rows | {two: rows[two][:-1] + bytes([rows[two][-1] ^ 1])}
    return [
        ("keys that were not signed", bodies.pack_rows(unsigned), "round-keys-unsigned"),
        ("keys under another name", bodies.pack_rows(rows | {two: rows[three]}), "round-keys-unsigned"),
        ("own keys changed", bodies.pack_rows(rows | {one: rows[two]}), "own-round-keys-changed"),
        ("two of four", bodies.pack_rows({one: rows[one], two: rows[two]}), "list-under-threshold"),
    ]


def false_seals(_: Vectors, body: bytes) -> list[tuple[str, bytes, str]]:
    return [
        ("seals in another order", body[:-164] + body[-82:] + body[-164:-82], "share-not-authentic"),
        ("a stranger", wire.pack_devices((*WHO, DEVICES[4])) + bytes(82 * 4), "share-from-stranger"),
    ]


def false_lists(_: Vectors, __: bytes) -> list[tuple[str, bytes, str]]:
    one, two, three, four = WHO
    lists = wire.pack_devices
    return [
        ("on both lists", lists(WHO[:3]) + lists((three, four)), "lists-overlap"),
        ("on neither list", lists(WHO[:3]) + lists(()), "lists-incomplete"),
        ("among the dropped", lists((two, three, four)) + lists((one,)), "own-device-missing"),
        ("two survivors", lists((one, two)) + lists((three, four)), "list-under-threshold"),
    ]


def false_quorums(played: Vectors, _: bytes) -> list[tuple[str, bytes, str]]:
    one, two, _three, four = WHO
    rows = {d: message[wire.HEADER.size :] for d, message in played.sent[Step.CONSISTENCY].items()}
    return [
        ("no quorum", bodies.pack_rows({one: rows[one], two: rows[two]}), "quorum-missing"),
        ("a false signature", bodies.pack_rows(rows | {two: bytes(64)}), "quorum-signature"),
        ("signed by who dropped out", bodies.pack_rows(rows | {four: bytes(64)}), "list-grew"),
    ]


def about() -> dict[str, Any]:
    """What the round cases are about; device keys are Ed25519 private keys in hexadecimal."""
    return {
        "round": str(PARAMS.round_id),
        "manifest": PARAMS.manifest_hash.hex(),
        "length": PARAMS.length, "scale": PARAMS.scale, "clip": "1.0",
        "min_cohort": PARAMS.min_cohort, "max_cohort": PARAMS.max_cohort, "threshold": PARAMS.threshold,
        "devices": [
            {"device": str(d), "key": device_key(d).private_bytes_raw().hex(), "root": root_of(d).hex(),
             "update": [float(number) for number in update_of(at)]}
            for at, d in enumerate(WHO)
        ],
        "sum": Vectors().play().total().astype("<u4").tobytes().hex(),
    }  # fmt: skip
