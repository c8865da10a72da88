"""The page on this computer: the same sentence as `status`, buttons that pause, and nothing for strangers."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest

from edge import pauses, status
from edge.agent import Agent
from edge.page import doors
from edge.receipts import Receipt, write
from edge.tools import Tools
from tests.edge.agents import enrolled, tools
from tests.edge.played_server import PlayedServer
from tests.waiting import wait_for


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tools]:
    """One enrolled agent for all of these."""
    played = PlayedServer()
    with tools(enrolled(played, tmp_path_factory.mktemp("page"))) as found:
        yield found
    played.close()


@pytest.fixture(scope="module")
def address(made: Tools) -> Iterator[str]:
    with doors.serving(made, poll_s=0.02) as found:
        yield found


@pytest.fixture
def page(made: Tools, address: str) -> Iterator[httpx.Client]:
    """A browser that has the address; no pause is on."""
    pauses.resume(made.state)
    with httpx.Client(base_url=address) as client:
        yield client


def stranger(page: httpx.Client, path: str = "") -> str:
    """The address without the token."""
    parts = urlsplit(str(page.base_url))
    return f"http://{parts.netloc}/{path}"


def test_it_says_what_the_command_says_within_seconds(made: Tools, page: httpx.Client) -> None:
    agent = Agent(made)
    agent.turn()
    told = status.read(made.state)
    assert told is not None
    assert told.sentence in page.get("").text
    assert page.get("status.json").json() | {"paused": None} == {**vars(told), "paused": None}

    assert page.post("pause", data={"for": ""}).headers["location"] == page.base_url.path
    assert agent.glance(), "the agent sees it at its next glance, two seconds later at most"
    assert page.get("status.json").json()["sentence"] == "Paused by you until you resume."
    assert status.read(made.state).sentence == "Paused by you until you resume."
    page.post("resume")
    agent.glance()
    assert page.get("status.json").json()["paused"] is False


@pytest.mark.parametrize(
    ("value", "says"), [("1h", "Paused by you until "), ("08:00", "Paused by you until 08:00.")]
)
def test_each_button_pauses_as_it_says(made: Tools, page: httpx.Client, value: str, says: str) -> None:
    assert page.post("pause", data={"for": value}).status_code == 303
    assert (pauses.paused(made.state, made.clock()) or "").startswith(says)


@pytest.mark.parametrize("body", [{"for": "1 year"}, {"for": "10000d"}, {}, {"for": "08:99"}])
def test_what_no_button_says_changes_nothing(made: Tools, page: httpx.Client, body: dict[str, str]) -> None:
    assert page.post("pause", data=body).status_code == 404
    assert pauses.paused(made.state, made.clock()) is None


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)  # fmt: skip
def test_no_other_site_presses_a_button(made: Tools, page: httpx.Client, headers: dict[str, str]) -> None:
    assert page.post("pause", data={"for": ""}, headers=headers).status_code == 403
    assert pauses.paused(made.state, made.clock()) is None


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1", "127.0.0.1:1", "localhost.evil.example:80", ""]
)
def test_a_name_that_was_pointed_here_gets_nothing(page: httpx.Client, host: str) -> None:
    answer = page.get("", headers={"Host": host})
    assert answer.status_code in (400, 421)
    assert "FedArt" not in answer.text


def test_without_the_token_there_is_nothing(made: Tools, page: httpx.Client) -> None:
    token = page.base_url.path.strip("/")
    for path in (
        "",
        "status.json",
        "page.js",
        f"{token[:-1]}/",
        f"{token}",
        f"{token}x/",
        "%2e%2e/",
        "x" * 2000,
    ):
        assert page.get(stranger(page, path)).status_code == 404
    assert page.post(stranger(page, "x/pause"), data={"for": ""}).status_code == 404
    assert pauses.paused(made.state, made.clock()) is None


def test_nothing_on_it_comes_from_elsewhere_and_words_are_escaped(made: Tools, page: httpx.Client) -> None:
    made.board.say("error", "<script>alert(1)</script> & more")
    answer = page.get("")
    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; more" in answer.text
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert "unsafe" not in policy
    assert answer.headers["Cache-Control"] == "no-store"
    assert "http" not in answer.text.replace(made.config.server, "").replace('http-equiv="refresh"', "")
    for name in doors.ASSETS:
        assert page.get(name).status_code == 200
    assert page.get("facts.py").status_code == 404


def test_it_shows_what_was_sent(made: Tools, page: httpx.Client) -> None:
    assert "Nothing was sent yet." in page.get("").text
    receipt = Receipt(
        "2026-11-20T10:00:00+00:00", "7" * 36, "masked-input", 3, 6_200_000, "ab" * 32, "SecAgg"
    )
    write(made.home.receipts, receipt)
    text = page.get("").text
    assert "1 message in rounds, 6.2 MB in all." in text
    assert "masked-input" in text


def test_the_address_is_private_and_gone_with_the_agent(made: Tools) -> None:
    with doors.serving(made, poll_s=0.02) as first:
        assert doors.address_of(made.home) == first
        assert made.home.open_to_others() == []
    assert doors.address_of(made.home) is None
    wait_for(lambda: refused(first), what="a closed port")
    with doors.serving(made, poll_s=0.02) as again:
        assert again != first


def refused(gone: str) -> bool:
    try:
        httpx.get(gone, timeout=1)
    except httpx.TransportError:
        return True
    return False
