"""The two sides of a round as every scheme has them.

A device holds a `ClientSession` and takes each step at most once. The server holds no object between
requests: its state is a JSON-able mapping that a database row keeps, and each function below is called by
one service:

    open(roster)                   -> state        when the roster is drawn
    message_limit(step)            -> bytes        before a message is read
    accept(state, step, id, data)  -> facts        when a message arrives; changes nothing
    close(state, step, answers)    -> state        once, when the step is over: who answered, with what facts
    inbox(state, step, id)         -> bytes        what a device needs for that step
    fold(partial, data)            -> partial sum  for each survivor's masked input, by any number of workers
    combine(partials)              -> partial sum
    finish(state, partial)         -> mean update  after the last step was closed
"""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from federation.protocol.params import RoundParams
from federation.protocol.ring import Ring
from federation.protocol.steps import Step

State = Mapping[str, Any]
Facts = Mapping[str, Any]


class ClientSession(Protocol):
    """A device's side. Each step once and in order, or Refusal `step-out-of-order`."""

    params: RoundParams

    def advertise_keys(self) -> bytes:
        """Step 1: the message that offers this device's keys for the round."""

    def share_keys(self, roster: bytes) -> bytes:
        """Step 2, given the inbox of that step: who advertised."""

    def masked_input(self, inbox: bytes, update: NDArray[np.floating]) -> bytes:
        """Step 3, given who shared: the update as ring elements."""

    def unmask(self, survivors: bytes) -> bytes:
        """Step 4, given whose input arrived."""

    def snapshot(self) -> dict[str, Any]:
        """What a restart needs to go on, JSON-able. Keep it as safe as a key."""


class ServerSession(Protocol):
    """The server's side: functions over plain state. `params` are the round's, validated."""

    params: RoundParams

    def open(self, roster: Iterable[UUID]) -> dict[str, Any]:
        """The state before the first step. Raises `list-under-threshold` below the smallest cohort."""

    def message_limit(self, step: Step) -> int:
        """The longest message of that step, in bytes: refuse a longer one before reading it."""

    def accept(self, state: State, step: Step, sender: UUID, message: bytes) -> dict[str, Any]:
        """The facts of a message that is right, to be kept beside it; raises Refusal for any other."""

    def close(self, state: State, step: Step, answers: Mapping[UUID, Facts]) -> dict[str, Any]:
        """The state after that step, with those who answered. Raises `list-under-threshold` when too few
        did."""

    def inbox(self, state: State, step: Step, device: UUID) -> bytes:
        """The server's message for that device and step. Raises `stage-not-yet` while the step before is
        open."""

    def survivors(self, state: State) -> tuple[UUID, ...]:
        """Whose input counts; known once masked-input was closed (else `stage-not-yet`)."""

    def fold(self, partial: Ring | None, message: bytes) -> Ring:
        """The partial sum with one more accepted masked input in it; changes `partial` in place."""

    def combine(self, partials: Iterable[Ring]) -> Ring:
        """The sum of partial sums."""

    def finish(self, state: State, partial: Ring) -> NDArray[np.float64]:
        """The mean update of the survivors. Raises `step-out-of-order` before all four steps were closed."""
