"""The interactive part of a round: five steps over HTTP, each made once, kept, sent, and receipted.

0. The roster carries the pinned key's signature, is for these terms, has this device with its own key, and is long
   enough for the server's and the artist's own floor.
1. For each step: fetch what the step needs, make the message, write message and snapshot down, send it.
2. After a restart: what was written down is sent again byte for byte; nothing is made a second time.
"""

import hashlib
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from edge import budget, receipts
from edge.api import Api
from edge.config import Config
from edge.consent import SEEN
from edge.rules import Terms, check_roster
from edge.state import State
from edge.waiting import Waiter
from edge.work import Work
from federation.privacy.encode import noise_of
from federation.protocol import keys, roster
from federation.protocol.errors import Refusal, refusal
from federation.protocol.schemes import scheme
from federation.protocol.sessions import ClientContext, ClientSession
from federation.protocol.steps import Step

NOT_YET = 425
POLL_S = 0.7
ASKING_AT_ONCE = 40
"""Devices for which a server has a question a second to spare: in a larger cohort each asks more seldom."""
OnStep = Callable[[Step], None]
T = TypeVar("T")


class RoundSession:
    """This device's way through one round; `run` may be called again after any interruption."""

    def __init__(
        self, *, api: Api, state: State, work: Work, terms: Terms, config: Config, key: Ed25519PrivateKey,
        waiter: Waiter, receipts_file: Path,
    ) -> None:  # fmt: skip
        self.api = api
        self.state = state
        self.work = work
        self.terms = terms
        self.config = config
        self.key = key
        self.waiter = waiter
        self.receipts_file = receipts_file
        self.round_id = terms.params.round_id
        self._pause = POLL_S
        self._cohort = 0

    def run(self, on_step: OnStep) -> None:
        """Take every step that is left. Raises Refusal, or Stopped with everything kept."""
        listed = self._roster()
        self._cohort = len(listed.keys)
        self._pause = pause_for(self._cohort)
        kept = self.state.kept_steps(self.round_id)
        for one in kept:
            if not one.sent:
                on_step(one.step)
                self._send(one.step, self._kept_message(one.step, one.sha256))
        snapshot = kept[-1].snapshot if kept else None
        noise = noise_of(self.terms.params, os.urandom)
        context = ClientContext(self.key, listed.keys, os.urandom, noise)
        client = scheme(self.terms.manifest.scheme).client(
            self.terms.params, self.config.device, np.random.Generator(np.random.SFC64()), snapshot, context
        )
        for step in list(Step)[len(kept) :]:
            on_step(step)
            message = self._make(client, step)
            self._keep(step, message, client)
            self._send(step, message)

    def _roster(self) -> roster.Roster:
        """The roster, once nothing stands against it."""
        answer = self._when_there(lambda: self.api.roster(self.round_id))
        listed = roster.open_signed(answer, self.config.pinned_key)
        check_roster(listed, self.terms, self.config, keys.raw_public(self.key))
        return listed

    def _make(self, client: ClientSession, step: Step) -> bytes:
        if step is Step.ADVERTISE_KEYS:
            return client.advertise_keys()
        inbox = self._when_there(lambda: self.api.inbox(self.round_id, step))
        if step is Step.SHARE_KEYS:
            return client.share_keys(inbox)
        if step is Step.MASKED_INPUT:
            budget.charge(self.state, self.terms)
            return client.masked_input(inbox, self.work.update())
        return client.confirm(inbox) if step is Step.CONSISTENCY else client.unmask(inbox)

    def _keep(self, step: Step, message: bytes, client: ClientSession) -> None:
        """First the bytes, then the row: a row means that its bytes are there."""
        self.work.keep_message(step, message)
        self.state.keep_step(self.round_id, step, hashlib.sha256(message).hexdigest(), client.snapshot())

    def _kept_message(self, step: Step, sha256: str) -> bytes:
        try:
            message = self.work.message_path(step).read_bytes()
        except FileNotFoundError:
            message = b""
        if hashlib.sha256(message).hexdigest() != sha256:
            raise refusal("home-damaged", f"It is the message of {step.slug}.")
        return message

    def _send(self, step: Step, message: bytes) -> None:
        signature = keys.sign(self.key, keys.message_text(self.round_id, step, message))
        self._when_there(lambda: self.api.send(self.round_id, step, message, signature))
        # The receipt first: a crash here may repeat one, never lose one.
        receipts.write(self.receipts_file, self._receipt(step, message))
        self.state.mark_sent(self.round_id, step)

    def _receipt(self, step: Step, message: bytes) -> receipts.Receipt:
        manifest = self.terms.manifest
        entry, statement = self.state.noted(SEEN) or (None, "")
        charged = manifest.privacy is not None and step >= Step.MASKED_INPUT
        return receipts.Receipt(
            at=datetime.now(UTC).isoformat(timespec="seconds"),
            round=str(self.round_id),
            step=step.slug,
            version=manifest.previous.number + 1,
            bytes=len(message),
            sha256=hashlib.sha256(message).hexdigest(),
            scheme=manifest.scheme,
            campaign=str(manifest.campaign),
            cohort=self._cohort,
            epsilon_after=budget.account(self.state).epsilon if charged else None,
            statement=statement,
            entry=entry,
        )

    def _when_there(self, ask: Callable[[], T]) -> T:
        """Ask until the server no longer says "not yet"; it ends with the stage, or when the agent is stopped."""
        while True:
            try:
                return ask()
            except Refusal as refused:
                if refused.status != NOT_YET:
                    raise
            self.waiter.wait(self.waiter.about(self._pause))


def pause_for(cohort: int) -> float:
    """Seconds between two questions whether a step has begun: together, a cohort of any size asks as often."""
    return max(POLL_S, cohort / ASKING_AT_ONCE)
