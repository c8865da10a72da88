"""Real agent processes against the real platform over HTTP: enrol by device code, two rounds, a kill in between."""

import json
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from fedart_site.demo.artists import confirm_device, key_on_page, sign_consent
from fedart_site.demo.visitor import Visitor
from federation.protocol.steps import Step
from tests.edge.agents import pictures
from tests.edge.test_cli import ROOT, Running, command, edge
from tests.live import Platform
from tests.people import PASSWORD
from tests.waiting import wait_for

pytestmark = pytest.mark.live
TERMS = ("--steps", "3", "--batch", "2", "--min-cohort", "3", "--threshold", "3")
NAMES = ("edda", "egon", "elif")


class Artist:
    """One artist with one machine."""

    def __init__(self, platform: Platform, name: str, folder: Path) -> None:
        self.home = folder / name / "home"
        self.works = pictures(folder / name / "works")
        self.visitor = Visitor(platform.url, f"{name}@artists.example", PASSWORD, name)
        self.agent: Running | None = None

    def consent(self) -> None:
        """Sign up and sign the statement."""
        self.visitor.sign_up_or_in()
        sign_consent(self.visitor)

    def enrol(self, url: str) -> None:
        """The artist confirms what the agent shows."""
        key = key_on_page(self.visitor)
        arguments = (
            "enrol",
            "--server",
            url,
            "--name",
            "Laptop",
            "--pictures",
            str(self.works),
            "--artist-key",
            key,
        )
        with subprocess.Popen(
            command(self.home, *arguments, "--any-time"),
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdout is not None
            shown = json.loads(process.stdout.readline())
            confirm_device(self.visitor, shown["user_code"], shown["fingerprint"])
            assert json.loads(process.stdout.readline())["enrolled"] is True
        assert process.returncode == 0

    def run(self) -> Running:
        """Start the agent."""
        self.agent = Running(self.home)
        return self.agent


@pytest.fixture(scope="module")
def campaign(platform: Platform) -> str:
    """A campaign of short rounds; without one there is nothing to consent to."""
    return platform.manage("start_campaign", "--name", "Three laptops", *TERMS).strip().splitlines()[-1]


@pytest.fixture(scope="module")
def artists(
    platform: Platform, campaign: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[Artist]]:
    """Three artists whose agents run."""
    folder = tmp_path_factory.mktemp("artists")
    made: list[Artist] = []
    try:
        for name in NAMES:
            made.append(Artist(platform, name, folder))
            made[-1].consent()
            made[-1].enrol(platform.url)
            made[-1].run()
        yield made
    finally:
        end(made)


def end(made: list[Artist]) -> None:
    for artist in made:
        if artist.agent is not None:
            artist.agent.stop()
        artist.visitor.http.close()


def newest(platform: Platform, campaign: str) -> int:
    found: int = httpx.get(f"{platform.url}/api/v1/campaigns/{campaign}", timeout=30).json()["newest_version"]
    return found


def open_round(platform: Platform) -> str:
    return platform.manage("open_round", "Three laptops").strip().splitlines()[-1]


def receipts(artist: Artist, round_id: str) -> list[dict[str, Any]]:
    return [one for one in edge(artist.home, "receipts") if one["round"] == round_id]


def test_two_rounds_and_a_kill(platform: Platform, campaign: str, artists: list[Artist]) -> None:
    before = newest(platform, campaign)

    first = open_round(platform)
    wait_for(lambda: newest(platform, campaign) == before + 1, seconds=240, what="version 1", every=0.5)
    for artist in artists:
        wait_for(lambda artist=artist: len(receipts(artist, first)) == len(Step), what="five receipts")

    second = open_round(platform)
    victim = artists[0]
    assert victim.agent is not None
    trained = victim.home / "work" / second / "update.npy"
    wait_for(trained.exists, seconds=120, what="the second training")
    victim.agent.stop(signal.SIGKILL)
    victim.run()
    wait_for(lambda: newest(platform, campaign) == before + 2, seconds=240, what="version 2", every=0.5)
    wait_for(lambda: len(receipts(victim, second)) == len(Step), what="five receipts of the killed agent")

    said = [one["sentence"] for one in victim.agent.said]
    assert any(sentence.startswith("Masked and sent for version 2: ") for sentence in said)
    assert not any("loading the base" in sentence for sentence in said), "it trained the same round twice"
    wait_for(
        lambda: "Waiting for the next round." in victim.visitor.get("/devices/").text,
        seconds=90,
        what="the agent's last word on its page",
    )


def test_the_artist_withdraws_a_device_and_the_agent_says_so(
    platform: Platform, artists: list[Artist]
) -> None:
    artist = artists[-1]
    assert artist.agent is not None
    device = json.loads((artist.home / "config.json").read_text())["device_id"]
    artist.visitor.post_form(f"/devices/{device}/withdraw/", {})
    code = wait_for(lambda: artist.agent.process.poll(), seconds=60, what="the end of the agent")
    assert code == 1
    assert artist.agent.said[-1]["code"] == "device-withdrawn"


def test_an_agent_leaves_by_itself(platform: Platform, artists: list[Artist]) -> None:
    artist = artists[1]
    assert artist.agent is not None
    artist.agent.stop()
    (told,) = edge(artist.home, "leave")
    assert told == {"left": True, "server_told": True}
    assert [path.name for path in artist.home.iterdir()] == ["receipts.jsonl"]
    assert "Withdrawn" in artist.visitor.get("/devices/").text
