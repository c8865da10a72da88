"""Heartbeats: what an agent says, what it hears, what the artist sees of it."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.federation import world as w

pytestmark = pytest.mark.usefixtures("world")


@pytest.fixture
def agent(alice: Any) -> w.Agent:
    return w.Agent(alice, name="studio mac").enrol()


def page_of(artist: Any) -> str:
    browser = Client()
    browser.force_login(artist)
    return browser.get("/devices/").content.decode()


def test_it_works(agent: w.Agent) -> None:
    """State, reason and progress reach the artist's page; the agent hears when to call again."""
    told = agent.heartbeat("training", reason="Step 3 of 9.", agent_version="0.1.0", step=3, steps=9)
    assert told.json()["rounds"] == []
    assert 1 <= told.json()["poll_after_s"] <= 60
    page = page_of(agent.artist)
    for text in ("studio mac", "Training", "Step 3 of 9.", "0.1.0", agent.device.fingerprint, 'max="9"'):
        assert text in page


@pytest.mark.parametrize(
    "report",
    [
        {},
        {"state": "dancing"},
        {"state": "idle", "reason": "x" * 501},
        {"state": "idle", "step": -1},
        {"state": "idle", "steps": 10**12},
        {"state": "idle", "reason": "a\x00b"},
        {"state": ["idle"]},
        [],
        "idle",
    ],
)
def test_bad_reports(agent: w.Agent, report: Any) -> None:
    """400 with a sentence; nothing is noted."""
    answer = agent.post("agent/heartbeat", report)
    assert answer.status_code == 400, answer.content
    assert answer.json()["code"]
    assert agent.device.last_seen_at is None


def test_broken_json(agent: w.Agent) -> None:
    for body in (b"{", b"\xff\xfe", b"[" * 100_000):
        answer = agent.http.post(
            "/api/v1/agent/heartbeat",
            body,
            content_type="application/json",
            headers={"Authorization": f"Bearer {agent.token}"},
        )
        assert answer.status_code == 400


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x", "Bearer \x00", "Basic YTpi", "Bearer a b c"])
def test_without_a_right_token(agent: w.Agent, header: str) -> None:
    answer = agent.http.post(
        "/api/v1/agent/heartbeat", {"state": "idle"}, "application/json", headers={"Authorization": header}
    )
    assert answer.status_code == 401


def test_silence_is_seen_and_ends(agent: w.Agent) -> None:
    """After a minute and a half without a call the page says so, with the true last time; one call mends it."""
    from federation.services.devices import mark_silent

    agent.heartbeat()
    seen = agent.device.last_seen_at
    assert mark_silent(at=timezone.now() + timedelta(minutes=2)) == 1
    assert agent.device.state == "silent"
    assert agent.device.last_seen_at == seen
    assert "Silent" in page_of(agent.artist)
    agent.heartbeat()
    assert agent.device.state == "active"


def test_a_crowd_calls_less_often(agent: w.Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    """At most twenty idle calls a second for everybody together."""
    from django.db.models import QuerySet

    from federation.services.devices import poll_after

    monkeypatch.setattr(QuerySet, "count", lambda self: 400)
    assert poll_after(device=agent.device, at=timezone.now()) == 20.0


def test_steps_before_the_draw(agent: w.Agent) -> None:
    """Join and ready may be repeated; leaving is possible with a known reason only."""
    campaign = w.make_campaign()
    w.grant(agent.artist)
    round_ = w.open_round(campaign)
    agent.heartbeat()
    for path, state in (("join", "training"), ("join", "training"), ("ready", "ready"), ("ready", "ready")):
        assert agent.post(f"rounds/{round_.id}/{path}").json() == {"your_part": state}
    assert agent.post(f"rounds/{round_.id}/join").json() == {"your_part": "ready"}
    assert agent.post(f"rounds/{round_.id}/drop", {"reason": "boredom"}).status_code == 400
    assert agent.post(f"rounds/{round_.id}/drop", {"reason": "other"}).json() == {"your_part": "dropped"}
    assert agent.post(f"rounds/{round_.id}/ready").json()["code"] == "stage-over"
    assert agent.post(f"rounds/{round_.id}/drop", {"reason": "x" * 5000}).status_code == 413


def test_ready_without_having_joined(agent: w.Agent) -> None:
    campaign = w.make_campaign()
    w.grant(agent.artist)
    round_ = w.open_round(campaign)
    agent.heartbeat()
    assert agent.post(f"rounds/{round_.id}/ready").status_code == 409
    assert agent.get(f"rounds/{round_.id}/roster").json()["code"] == "stage-not-yet"
