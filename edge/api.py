"""The server's doors for agents, one method each."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from edge import answers
from edge.transport import Transport
from edge.uploads import PART, Uploads
from federation.protocol.errors import refusal
from federation.protocol.steps import Step

API = 1
REASON_LIMIT = 500
"""Letters of a status sentence: the same words must fit on every page."""


@dataclass(frozen=True)
class Part:
    """This device's part in one round, as the heartbeat tells it."""

    round_id: UUID
    state: str
    deadline: str | None
    mine: str


@dataclass(frozen=True)
class Beat:
    """The answer to a heartbeat."""

    poll_after_s: float
    parts: tuple[Part, ...]


class Api:
    """Calls; every one raises Refusal for what the server refuses or what cannot be understood."""

    def __init__(self, transport: Transport) -> None:
        self.transport = transport
        self.uploads = Uploads(transport)

    def server(self) -> dict[str, Any]:
        """Who the server says it is. Raises Refusal `server-too-new`."""
        told = answers.as_object(self.transport.get("/api/v1/server"))
        if told.get("api") != API:
            raise refusal("server-too-new")
        return told

    def heartbeat(self, body: dict[str, Any]) -> Beat:
        """Tell how this device is; hear which rounds it has a part in and when to ask again."""
        told = answers.as_object(self.transport.post("/api/v1/agent/heartbeat", body))
        try:
            after = min(300.0, max(0.1, float(told["poll_after_s"])))
            return Beat(after, tuple(_part(row) for row in told["rounds"]))
        except (KeyError, TypeError, ValueError):
            raise refusal("server-answer", "The heartbeat's answer is not one.") from None

    def manifest(self, round_id: UUID) -> dict[str, Any]:
        """The signed manifest, unchecked."""
        return answers.as_object(self.transport.get(f"/api/v1/rounds/{round_id}/manifest"))

    def roster(self, round_id: UUID) -> dict[str, Any]:
        """The signed roster, unchecked."""
        return answers.as_object(self.transport.get(f"/api/v1/rounds/{round_id}/roster"))

    def join(self, round_id: UUID) -> None:
        """Say that training begins."""
        self.transport.post(f"/api/v1/rounds/{round_id}/join", {})

    def ready(self, round_id: UUID) -> None:
        """Say that an update is there."""
        self.transport.post(f"/api/v1/rounds/{round_id}/ready", {})

    def drop(self, round_id: UUID, code: str) -> None:
        """Say that this device takes no part, and why."""
        self.transport.post(f"/api/v1/rounds/{round_id}/drop", {"reason": code})

    def send(self, round_id: UUID, step: Step, message: bytes, signature: str) -> None:
        """Send the message of a step: in one request, or in parts when it is long."""
        if len(message) > PART:
            return self.uploads.send(round_id, step, message, signature)
        headers = {"Content-Type": "application/octet-stream", "X-FedArt-Device-Signature": signature}
        path = f"/api/v1/rounds/{round_id}/messages/{step.slug}"
        self.transport.request("POST", path, content=message, headers=headers)
        return None

    def inbox(self, round_id: UUID, step: Step) -> bytes:
        """What this device needs for that step; Refusal of status 425 while it is not there yet."""
        return self.transport.get(f"/api/v1/rounds/{round_id}/inbox/{step.slug}")

    def consent(self) -> dict[str, Any] | None:
        """The receipt of the artist's last statement about training, unchecked; None where she said nothing."""
        told = answers.as_object(self.transport.get("/api/v1/agent/consent")).get("receipt")
        return told if isinstance(told, dict) else None

    def works(self, commitment: str, count: int) -> None:
        """Tell how many works the folder holds, and a commitment to them."""
        self.transport.post("/api/v1/agent/works", {"commitment": commitment, "count": count})

    def base(self, base: str) -> dict[str, Any]:
        """The listing of a base, unchecked."""
        return answers.as_object(self.transport.get(f"/api/v1/bases/{base}"))

    def version(self, campaign: UUID, number: int) -> dict[str, Any]:
        """A version of the shared adapter, unchecked."""
        return answers.as_object(self.transport.get(f"/api/v1/versions/{campaign}/{number}"))

    def ledger_key(self) -> dict[str, Any]:
        """Who the server says signs its ledger."""
        return answers.as_object(self.transport.get("/api/v1/ledger/key"))

    def checkpoint(self) -> bytes:
        """The signed head of the ledger, unchecked."""
        return self.transport.get("/api/v1/ledger/checkpoint")

    def consistency(self, old: int, new: int) -> dict[str, Any]:
        """The proof that the ledger only grew, unchecked."""
        path = f"/api/v1/ledger/proof/consistency?old={old}&new={new}"
        return answers.as_object(self.transport.get(path))

    def ledger_proof(self, index: int) -> bytes:
        """That an entry is in the ledger (C2SP tlog-proof), unchecked."""
        return self.transport.get(f"/api/v1/ledger/receipt?index={index}")

    def ledger_opening(self, index: int) -> dict[str, Any]:
        """What a public entry says, with its salt, unchecked."""
        return answers.as_object(self.transport.get(f"/api/v1/ledger/openings/{index}"))

    def campaign(self, campaign: UUID) -> dict[str, Any]:
        """A campaign, unchecked."""
        return answers.as_object(self.transport.get(f"/api/v1/campaigns/{campaign}"))


def _part(row: Any) -> Part:
    return Part(UUID(row["id"]), str(row["state"]), row.get("deadline"), str(row["your_part"]))
