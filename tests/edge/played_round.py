"""One round as a test server plays it: the real server session, and two devices that always answer at once."""

import json
import os
import warnings
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from federation.adapters import files, vector
from federation.adapters.spec import AdapterSpec
from federation.protocol import keys, manifest, roster
from federation.protocol.manifest import Manifest, Previous, Training
from federation.protocol.roster import Roster
from federation.protocol.schemes import scheme
from federation.protocol.sessions import ClientContext
from federation.protocol.steps import Step
from federation.protocol.warns import UnsafeSchemeWarning
from tests.federation.protocol.terms import SERVER_KEY

CAMPAIGN = UUID("22222222-2222-4222-8222-222222222222")
GHOSTS = (UUID(int=(3 << 96) + 1), UUID(int=(3 << 96) + 2))
GHOST_UPDATE = np.full(8, 0.1)
AFTER = {
    Step.ADVERTISE_KEYS: "advertised",
    Step.SHARE_KEYS: "shared",
    Step.MASKED_INPUT: "submitted",
    Step.CONSISTENCY: "confirmed",
    Step.UNMASK: "unmasked",
}


class PlayedRound:
    """A round of three: the agent under test and two ghosts. `mine` is the agent's part in it."""

    def __init__(
        self, shape: AdapterSpec, device: UUID, device_key: bytes, previous: Previous, **terms: Any
    ) -> None:
        issued = datetime.now(UTC)
        fields: dict[str, Any] = {
            "round_id": uuid4(),
            "campaign": CAMPAIGN,
            "scheme": "SecAgg",
            "base": shape.base,
            "spec": shape.to_json(),
            "spec_hash": shape.hash(),
            "previous": previous,
            "training": Training(steps=4, batch=2, lr="0.002", caption_dropout="0.1"),
            "clip": "1.0",
            "scale": 1 << 16,
            "modulus_bits": 32,
            "min_cohort": 3,
            "max_cohort": 64,
            "threshold": 3,
            "deadlines": {"training": issued + timedelta(minutes=10)},
            "server_key": keys.to_b64url(keys.raw_public(SERVER_KEY)),
            "issued_at": issued,
        }
        self.manifest = Manifest(**{**fields, **terms})
        self.spec = shape
        self.device = device
        self.mine = "invited"
        self.over = False
        self.messages: dict[Step, bytes] = {}
        self.drop_reason = ""
        self.roster = Roster(
            self.manifest.round_id,
            self.manifest.hash(),
            {device: device_key} | {ghost: _ghost_key(ghost) for ghost in GHOSTS},
        )
        self.mean: np.ndarray | None = None

    def signed_manifest(self) -> dict[str, Any]:
        return manifest.signed(self.manifest, SERVER_KEY)

    def signed_roster(self) -> dict[str, Any]:
        return roster.signed(self.roster, SERVER_KEY)

    def begin(self) -> None:
        """The cohort is drawn."""
        params = self.manifest.params(self.spec.length)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UnsafeSchemeWarning)
            chosen = scheme(self.manifest.scheme)
            self.server = chosen.server(params)
            self.ghosts = {
                ghost: chosen.client(
                    params,
                    ghost,
                    np.random.default_rng(0),
                    None,
                    ClientContext(_ghost_private(ghost), self.roster.keys, os.urandom),
                )
                for ghost in GHOSTS
            }
        self.state: Mapping[str, Any] = self.server.open(self.roster.keys)
        self.sent: dict[Step, dict[UUID, bytes]] = {}
        self.mine = "rostered"

    def receive(self, step: Step, message: bytes) -> int:
        """The agent's message; the ghosts answer too and the step is closed. The HTTP status."""
        if step in self.messages:
            return 200 if self.messages[step] == message else 409
        facts = {self.device: self.server.accept(self.state, step, self.device, message)}
        answers = {self.device: message}
        for ghost in GHOSTS:
            answers[ghost] = self._ghost(ghost, step)
            facts[ghost] = self.server.accept(self.state, step, ghost, answers[ghost])
        self.state = json.loads(json.dumps(self.server.close(self.state, step, facts)))
        self.messages[step], self.sent[step], self.mine = message, answers, AFTER[step]
        if step is Step.UNMASK:
            self._finish()
        return 201

    def _ghost(self, ghost: UUID, step: Step) -> bytes:
        client = self.ghosts[ghost]
        if step is Step.ADVERTISE_KEYS:
            return client.advertise_keys()
        inbox = self.inbox(step, ghost)
        if step is Step.SHARE_KEYS:
            return client.share_keys(inbox)
        if step is Step.MASKED_INPUT:
            return client.masked_input(inbox, np.resize(GHOST_UPDATE, self.spec.length))
        return client.confirm(inbox) if step is Step.CONSISTENCY else client.unmask(inbox)

    def inbox(self, step: Step, device: UUID) -> bytes:
        """What waits for a device at a step."""
        made = self.server.deliver(self.state, step, lambda d: self.sent[Step(step - 1)][d])
        return dict(made)[device]

    def _finish(self) -> None:
        partial = None
        for message in self.sent[Step.MASKED_INPUT].values():
            partial = self.server.fold(partial, message)
        assert partial is not None
        removed = [
            self.server.remove(self.state, part, lambda d: self.sent[Step.UNMASK][d])
            for part in range(self.server.removal_parts(self.state))
        ]
        self.mean = self.server.finish(self.state, self.server.combine([partial, *removed]))
        self.over = True

    def next_file(self, start: bytes) -> bytes:
        """The next version's file."""
        assert self.mean is not None
        before = vector.flatten(files.loads(start, self.spec), self.spec)
        return files.dumps(vector.unflatten(before + self.mean.astype(np.float32), self.spec), self.spec)


def _ghost_private(ghost: UUID) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(ghost.bytes * 2)


def _ghost_key(ghost: UUID) -> bytes:
    return keys.raw_public(_ghost_private(ghost))
