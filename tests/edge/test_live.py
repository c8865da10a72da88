"""The agent's journey, with real processes against the real platform: enrol in Chromium, two rounds and a kill in
between, receipts proven in the ledger, one sentence everywhere, pause and resume, a training for oneself, leave."""

import json
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from fedart_site.demo.artists import confirm_device, key_on_page, sign_consent
from fedart_site.demo.visitor import Visitor
from federation.protocol.steps import Step
from tests.browsers import chromium_here
from tests.edge.agents import pictures
from tests.edge.test_cli import ROOT, Running, command, edge
from tests.live import Platform
from tests.people import PASSWORD
from tests.waiting import wait_for

pytestmark = pytest.mark.live
TERMS = ("--steps", "3", "--batch", "2", "--min-cohort", "3", "--threshold", "3")
NAMES = ("edda", "egon", "elif")
SOON_MS = 5000
"""Any change is said everywhere so soon."""
Confirm = Callable[[Visitor, str, str], None]


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

    def enrol(self, url: str, confirm: Confirm = confirm_device) -> None:
        """The artist confirms what the agent shows."""
        key = key_on_page(self.visitor)
        arguments = ("enrol", url, "--name", "Laptop", "--pictures", str(self.works), "--artist-key", key)
        with subprocess.Popen(
            command(self.home, *arguments, "--any-time"),
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdout is not None
            shown = json.loads(process.stdout.readline())
            confirm(self.visitor, shown["user_code"], shown["fingerprint"])
            assert json.loads(process.stdout.readline())["enrolled"] is True
        assert process.returncode == 0

    def run(self) -> Running:
        """Start the agent."""
        self.agent = Running(self.home)
        return self.agent


def in_chromium(visitor: Visitor, user_code: str, fingerprint: str) -> None:
    """Confirm the device as a person does: open the address, compare the fingerprint, press the button."""
    with chromium_here() as browser:
        page = signed_in(browser, visitor)
        page.goto(f"{visitor.origin}/devices/confirm/?user_code={user_code}")
        expect(page.get_by_label("Fingerprint")).to_have_text(fingerprint)
        page.get_by_role("button", name="It is mine").click()
        expect(page.locator("main")).to_contain_text(fingerprint)


def signed_in(browser: Browser, visitor: Visitor) -> Page:
    """A page with the visitor's session."""
    context = browser.new_context(locale="en-GB")
    kept = {name: visitor.http.cookies.get(name) or "" for name in ("sessionid", "csrftoken")}
    context.add_cookies(
        [{"name": name, "value": value, "url": visitor.origin} for name, value in kept.items()]
    )
    return context.new_page()


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
            made[-1].enrol(platform.url, in_chromium if name == NAMES[0] else confirm_device)
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


def test_receipts_are_proven_in_the_real_ledger(platform: Platform, artists: list[Artist]) -> None:
    found = edge(artists[0].home, "receipts", "--verify")
    assert [one["about"].partition(" ")[0] for one in found] == [
        "Ledger",
        "Statement",
        "Round",
        "Round",
        "Account",
    ]
    assert all(one["holds"] for one in found), found
    for number, one in enumerate(found[2:4], start=1):
        assert f"5 of 5 messages sent. Version {number} is entry " in one["seen"]
    assert {one["cohort"] for one in edge(artists[0].home, "receipts")} == {3}


def test_one_sentence_everywhere_and_a_pause_within_seconds(
    platform: Platform, artists: list[Artist]
) -> None:
    home, visitor = artists[0].home, artists[0].visitor
    (told,) = edge(home, "page")
    with chromium_here() as browser:
        page = browser.new_page()
        page.goto(told["address"])
        for button, sentence in (
            ("Pause until I resume", "Paused by you until you resume."),
            ("Resume", "Waiting for the next round."),
        ):
            page.get_by_role("button", name=button, exact=True).click()
            expect(page.locator("#sentence")).to_contain_text(sentence, timeout=SOON_MS)
            (status,) = edge(home, "status")
            assert sentence in status["sentence"]
            wait_for(
                lambda said=status["sentence"]: said in visitor.get("/devices/").text, seconds=SOON_MS / 1000
            )
            expect(page.locator("#sentence")).to_have_text(status["sentence"])


def test_a_training_for_oneself_stays_at_home(artists: list[Artist], tmp_path: Path) -> None:
    sent = len(edge(artists[0].home, "receipts"))
    *steps, told = edge(
        artists[0].home, "train", "--to", str(tmp_path / "mine"), "--steps", "2", "--rank", "2"
    )
    assert [one["step"] for one in steps] == [1, 2]
    assert told["pictures"] == 3
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["adapter.safetensors"]
    assert len(edge(artists[0].home, "receipts")) == sent


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
