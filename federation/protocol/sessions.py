"""The two sides of a round as every scheme has them.

A device holds a `ClientSession` and takes each step at most once. The server holds no object between
requests: its state is a small JSON-able mapping that a database row keeps, what devices sent lies in storage,
and each function below is called by one service:

    open(roster)                     -> state        when the roster is drawn
    message_limit(step)              -> bytes        before a message is read
    accept(state, step, id, data)    -> facts        when a message arrives; changes nothing
    close(state, step, answers)      -> state        once, when the step is over: who answered, with what facts
    deliver(state, step, messages)   -> inboxes      what each device needs for that step, made by a worker
    fold(partial, data)              -> partial sum  for each survivor's masked input, by any number of workers
    removal_parts(state)             -> count        after the last step was closed
    remove(state, part, messages)    -> partial sum  each part once, by any number of workers
    combine(partials)                -> partial sum
    finish(state, partial)           -> mean update  of the combined sum
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from numpy.typing import NDArray

from federation.protocol.params import RoundParams
from federation.protocol.quantize import Noise
from federation.protocol.ring import Ring
from federation.protocol.steps import Step

State = Mapping[str, Any]
Facts = Mapping[str, Any]
Messages = Callable[[UUID], bytes]
"""The stored message of a device; which step's, the function that takes it says."""


@dataclass(frozen=True)
class ClientContext:
    """What a device brings to a round besides its update.

    `roster_keys` are the Ed25519 public keys (32 raw bytes) of the signed roster, this device's included.
    `entropy(n)` gives n bytes fit for keys (`os.urandom`). `noise(length)` is called once, after the rounding
    and the norm check and before the reduction mod 2^32; None adds nothing.
    """

    device_key: Ed25519PrivateKey
    roster_keys: Mapping[UUID, bytes]
    entropy: Callable[[int], bytes]
    noise: Noise | None = None


class ClientSession(Protocol):
    """A device's side. Each step once and in order, or Refusal `step-out-of-order`."""

    params: RoundParams

    def advertise_keys(self) -> bytes:
        """Step 1: the message that offers this device's keys for the round."""

    def share_keys(self, roster: bytes) -> bytes:
        """Step 2, given the inbox of that step: who advertised, with which keys."""

    def masked_input(self, inbox: bytes, update: NDArray[np.floating]) -> bytes:
        """Step 3, given who shared, with the shares for this device: the update as ring elements."""

    def confirm(self, survivors: bytes) -> bytes:
        """Step 4 (consistency), given whose input arrived: the signature over exactly that list."""

    def unmask(self, confirmations: bytes) -> bytes:
        """Step 5, given who signed the list: what opens the sum, and only the sum."""

    def snapshot(self) -> dict[str, Any]:
        """What a restart needs to go on, JSON-able. Keep it as safe as a key."""


class ServerSession(Protocol):
    """The server's side: functions over plain state. `params` are the round's, validated."""

    params: RoundParams

    def open(self, roster: Mapping[UUID, bytes]) -> dict[str, Any]:
        """The state before the first step; the roster maps devices to their Ed25519 public keys. Raises
        `list-under-threshold` below the smallest cohort."""

    def message_limit(self, step: Step) -> int:
        """The longest message of that step, in bytes: refuse a longer one before reading it."""

    def accept(self, state: State, step: Step, sender: UUID, message: bytes) -> dict[str, Any]:
        """The facts of a message that is right, to be kept beside it; raises Refusal for any other."""

    def close(self, state: State, step: Step, answers: Mapping[UUID, Facts]) -> dict[str, Any]:
        """The state after that step, with those who answered. Raises `list-under-threshold` when too few
        did."""

    def deliver(self, state: State, step: Step, messages: Messages) -> Iterator[tuple[UUID, bytes]]:
        """The inbox of every device that may take `step`, in an order that is always the same, made from the
        messages of the step before. Repeating it gives the same bytes. Raises `stage-not-yet` while the step
        before is open."""

    def survivors(self, state: State) -> tuple[UUID, ...]:
        """Whose input counts; known once masked-input was closed (else `stage-not-yet`)."""

    def fold(self, partial: Ring | None, message: bytes) -> Ring:
        """The partial sum with one more accepted masked input in it; changes `partial` in place."""

    def removal_parts(self, state: State) -> int:
        """In how many equal parts the masks are taken off; known once unmask was closed
        (`step-out-of-order` before)."""

    def remove(self, state: State, part: int, messages: Messages, into: Ring | None = None) -> Ring:
        """One part, 0 to removal_parts - 1, made from the unmask messages: a partial sum like any other, to
        be combined with them; or `into`, a partial sum to which it is added in place. Repeating it gives the
        same. Raises Refusal where the answers do not open what was advertised. The secrets it computes are not
        kept."""

    def combine(self, partials: Iterable[Ring]) -> Ring:
        """The sum of partial sums."""

    def finish(self, state: State, partial: Ring) -> NDArray[np.float64]:
        """The mean update of the survivors, from the combined sum of all folds and all removals. Raises
        `step-out-of-order` before all five steps were closed."""
