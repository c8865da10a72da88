"""An agent that sends a long message in parts, through its own sender, to the real doors; the wire can fail."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import Mock
from uuid import UUID

import httpx
import pytest
from django.test import Client

from edge import uploads as sender
from edge.transport import Transport
from federation.protocol import keys
from federation.protocol.steps import Step
from tests.edge.agents import eager_waiter
from tests.federation import world as w

PART = 24  # bytes: the small message of eight numbers goes in five parts


class Killed(BaseException):
    """What stands for SIGKILL."""


class Wire(httpx.BaseTransport):
    """Django behind httpx. `trouble` says what happens to each next request: "" nothing, "lost" it never arrives,
    "deaf" the answer is lost, "killed" the agent dies before the answer."""

    def __init__(self) -> None:
        self.real = Client(raise_request_exception=False)
        self.trouble: list[str] = []
        self.seen: list[tuple[str, int, int]] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        what = self.trouble.pop(0) if self.trouble else ""
        if what == "lost":
            raise httpx.ConnectError("cut")
        headers = {
            name: value for name, value in request.headers.items() if name not in ("content-length", "host")
        }
        told = self.real.generic(
            request.method,
            request.url.path,
            request.content,
            headers.get("content-type", ""),
            headers=headers,
        )
        self.seen.append((request.method, len(request.content), told.status_code))
        answer = httpx.Response(told.status_code, headers=dict(told.items()), content=told.content)
        if what == "deaf":
            raise httpx.ReadError("cut")
        if what == "killed":
            raise Killed
        return answer


@dataclass
class Sending:
    """One agent in a round that waits for updates, its message, and the wire to the server."""

    agent: w.Agent
    round_id: UUID
    message: bytes
    other: w.Agent
    wire: Wire = field(default_factory=Wire)

    @property
    def signature(self) -> str:
        return keys.sign(self.agent.key, keys.message_text(self.round_id, Step.MASKED_INPUT, self.message))

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.message).hexdigest()

    def send(self) -> None:
        """As the agent does, with small parts."""
        http = httpx.Client(base_url="http://testserver", transport=self.wire)
        tokens = Mock(load=lambda: Mock(access=self.agent.token))
        sender.Uploads(Transport(http, eager_waiter(), tokens)).send(
            self.round_id, Step.MASKED_INPUT, self.message, self.signature
        )

    def call(self, method: str, place: str, body: bytes = b"", **headers: str) -> Any:
        """One bare request."""
        told = {"Authorization": f"Bearer {self.agent.token}", "Tus-Resumable": "1.0.0"}
        told |= {name.replace("_", "-"): value for name, value in headers.items()}
        kind = told.pop("Content-Type", "application/offset+octet-stream")
        path = f"/api/v1/rounds/{self.round_id}/uploads/{place}"
        return self.agent.http.generic(method, path, body, kind, headers=told)

    def begin(self, **changes: str) -> Any:
        told = {
            "sha256": self.sha256,
            "signature": self.signature,
            "length": str(len(self.message)),
        } | changes
        meta = ",".join(f"{name} {sender._b64(told[name])}" for name in ("sha256", "signature"))
        return self.call("POST", "masked-input", Upload_Length=told["length"], Upload_Metadata=meta)

    def part(self, offset: int, body: bytes, **headers: str) -> Any:
        return self.call("PATCH", f"masked-input/{self.sha256}", body, Upload_Offset=str(offset), **headers)


def make_sending(monkeypatch: pytest.MonkeyPatch) -> Sending:
    """An agent whose update is due, and which sends small parts."""
    monkeypatch.setattr(sender, "PART", PART)
    campaign = w.make_campaign()
    agents = w.cohort(3)
    round_ = w.open_round(campaign)
    for agent in agents:
        agent.get_ready(round_.id)
    w.advance(round_.id)
    for step in (Step.ADVERTISE_KEYS, Step.SHARE_KEYS):
        w.run_step(agents, round_.id, step)
    return Sending(
        agents[0], round_.id, agents[0].message(round_.id, Step.MASKED_INPUT, w.update_of(0)), agents[1]
    )


def parts_of(round_id: UUID) -> set[str]:
    """The parts that storage holds of a round."""
    from federation.store import updates

    def below(name: str) -> Iterator[str]:
        folders, files = updates().listdir(name)
        yield from (f"{name}/{file}" for file in files)
        for folder in folders:
            yield from below(f"{name}/{folder}")

    return {name for name in below(str(round_id)) if "/parts/" in name}


def check_kept(sending: Sending) -> None:
    """One message, whole, and nothing else in storage."""
    from federation.models import Message, Upload
    from federation.store import read_all, updates

    message = Message.objects.get(step="masked-input")
    assert (message.sha256, message.size) == (sending.sha256, len(sending.message))
    assert read_all(updates(), message.storage_name) == sending.message
    assert message.participation.state == "submitted"
    assert not Upload.objects.exists()
    assert parts_of(sending.round_id) == set()


def refused(answer: Any, status: int, code: str) -> None:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.content
    assert answer.json()["fix"]
