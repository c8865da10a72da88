"""The real platform: web, worker and beat are killed with SIGKILL in the middle of a round, and it publishes."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import httpx
import numpy as np
import pytest

from federation.adapters.files import loads
from federation.adapters.spec import AdapterSpec
from federation.protocol.steps import Step
from tests.federation.world import Agent
from tests.live import Platform
from tests.waiting import wait_for

pytestmark = pytest.mark.live
NAME = "Killed in the middle"
ARTISTS = """
from gallery.models import Artist
from tests.federation.world import grant
for number in range(3):
    artist, made = Artist.objects.get_or_create(email=f"killed{number}@example.org")
    if made:
        grant(artist)
"""
CONFIRM = """
from django.utils import timezone
from gallery.models import Artist
from federation.services.enrol import confirm, find_waiting
for number, code in enumerate({codes}):
    at = timezone.now()
    artist = Artist.objects.get(email=f"killed{{number}}@example.org")
    confirm(enrolment=find_waiting(user_code=code, at=at), artist_id=artist.pk, at=at)
"""


class LiveHttp:
    """Django's test client in httpx's clothes: as much of it as an Agent uses."""

    def __init__(self, url: str) -> None:
        self.client = httpx.Client(base_url=url, timeout=60)

    def get(self, path: str, headers: dict[str, str] | None = None) -> httpx.Response:
        return self.client.get(path, headers=headers)

    def post(
        self, path: str, data: Any, content_type: str, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        body = data if isinstance(data, bytes | str) else json.dumps(data)
        return self.client.post(path, content=body, headers={"Content-Type": content_type, **(headers or {})})


@pytest.fixture
def http(platform: Platform) -> Iterator[LiveHttp]:
    found = LiveHttp(platform.url)
    yield found
    found.client.close()


def enrolled(platform: Platform, http: LiveHttp) -> list[Agent]:
    """Three agents whose artists confirmed them."""
    platform.manage("shell", stdin=ARTISTS)
    agents = [Agent(None, f"laptop {number}", http) for number in range(3)]
    enrolments = [agent.ask().json() for agent in agents]
    platform.manage("shell", stdin=CONFIRM.format(codes=[one["user_code"] for one in enrolments]))
    for agent, one in zip(agents, enrolments, strict=True):
        agent.take_tokens(agent.poll(one["device_code"]))
        assert agent.heartbeat().status_code == 200
    return agents


def state_of(agent: Agent, round_id: UUID) -> str:
    """As the agent hears it; a round that is over is no longer told."""
    rounds = {one["id"]: one["state"] for one in agent.heartbeat("busy").json()["rounds"]}
    return str(rounds.get(str(round_id), "over"))


def reach(agents: list[Agent], round_id: UUID, state: str) -> None:
    wait_for(lambda: state_of(agents[0], round_id) == state, seconds=90, what=f"the round in {state}")


def asked(agents: list[Agent], round_id: UUID, which: Step) -> None:
    """Until the step's inboxes are there, which a worker makes after the stage has begun: all at one moment."""
    inbox = f"rounds/{round_id}/inbox/{which.slug}"
    wait_for(lambda: agents[0].get(inbox).status_code == 200, seconds=90, what=f"the inboxes of {which.slug}")


def step(agents: list[Agent], round_id: UUID, which: Step, updates: list[Any] | None = None) -> None:
    if which is not Step.ADVERTISE_KEYS:
        asked(agents, round_id, which)
    for number, agent in enumerate(agents):
        agent.take(round_id, which, updates[number] if updates else None)


def test_it_publishes_though_everything_is_killed(platform: Platform, http: LiveHttp) -> None:
    """Web dies after the keys, the worker before the updates come and before the sum, beat while lists are signed.

    The record that is kept of the round verifies afterwards.
    """
    campaign = platform.manage(
        "start_campaign", "--name", NAME, "--min-cohort", "3", "--threshold", "2", "--stage-s", "300",
        "--training-window-s", "60", "--steps", "3",
    ).split()[-1]  # fmt: skip
    agents = enrolled(platform, http)
    round_id = UUID(platform.manage("open_round", NAME).split()[-1])
    for agent in agents:
        agent.get_ready(round_id)
    reach(agents, round_id, "advertising")
    step(agents, round_id, Step.ADVERTISE_KEYS)
    platform.kill("web")
    platform.restart("web")
    reach(agents, round_id, "sharing")
    step(agents, round_id, Step.SHARE_KEYS)
    asked(agents, round_id, Step.MASKED_INPUT)

    platform.kill("rounds")
    manifest = agents[0].get(f"rounds/{round_id}/manifest").json()["manifest"]
    spec = AdapterSpec.from_json(manifest["spec"])
    updates = [np.linspace(-1e-3, 1e-3, spec.length) * (number + 1) for number in range(3)]
    step(agents, round_id, Step.MASKED_INPUT, updates)
    platform.restart("rounds")
    reach(agents, round_id, "confirming")
    platform.kill("beat")
    step(agents, round_id, Step.CONSISTENCY)
    platform.restart("beat")
    asked(agents, round_id, Step.UNMASK)
    platform.kill("rounds")
    step(agents, round_id, Step.UNMASK)
    platform.restart("rounds")

    wait_for(
        lambda: http.get(f"/api/v1/campaigns/{campaign}").json()["newest_version"] == 1,
        seconds=120,
        what="version 1",
    )
    version = http.get(f"/api/v1/versions/{campaign}/1").json()
    tensors = loads(http.get(f"/api/v1/blobs/{version['sha256']}").content, spec)
    found = np.concatenate([tensors[name].ravel() for name, _ in spec.tensors])
    np.testing.assert_allclose(found, np.mean(updates, axis=0), atol=1 / manifest["scale"])
    assert "The transcript verifies." in platform.manage("audit_round", str(round_id))
