"""HTTP that survives bad networks: retries, renewed tokens, resumed downloads, bounded answers; over a real server."""

import random
import threading

import httpx
import pytest

from edge.api import Api
from edge.downloads import Downloads
from edge.paths import Home
from edge.tokens import TokenStore
from edge.tools import Tools
from edge.transport import ATTEMPTS, Transport, make_http, origin_of, retry_after
from edge.waiting import Stopped, Waiter
from federation.protocol.errors import Refusal
from tests.edge.agents import eager_waiter, tools
from tests.edge.played_server import BASE_FILES, PlayedServer, sha256

BIG = BASE_FILES["unet/weights.safetensors"]


def beat(made: Tools) -> None:
    made.api.heartbeat({"state": "idle", "reason": ""})


@pytest.mark.parametrize("what", [429, 500, 502, 503, 504, "cut"])
def test_a_passing_failure_is_tried_again(server: PlayedServer, home: Home, what: int | str) -> None:
    server.trouble.extend([("heartbeat", what)] * 3)
    with tools(home) as made:
        if what == "cut":
            with pytest.raises(Refusal, match=r"^server-unreachable:"):
                beat(made)
            server.trouble.clear()
        beat(made)
    assert len(server.seen("heartbeat")) == (2 if what == "cut" else 4)


def test_patience_ends(server: PlayedServer, home: Home) -> None:
    server.trouble.extend([("heartbeat", 503)] * ATTEMPTS)
    with tools(home) as made, pytest.raises(Refusal, match=r"^server-answer:.*503"):
        beat(made)
    assert len(server.seen("heartbeat")) == ATTEMPTS


def test_nobody_there(home: Home, server: PlayedServer) -> None:
    with tools(home) as made:
        server.close()
        with pytest.raises(Refusal, match=r"^server-unreachable:"):
            beat(made)


def test_what_is_refused_is_not_tried_again(server: PlayedServer, home: Home) -> None:
    server.trouble.append(("heartbeat", 404))
    with tools(home) as made, pytest.raises(Refusal, match=r"^server-answer:"):
        beat(made)
    assert len(server.seen("heartbeat")) == 1


def test_a_problem_is_shown_in_the_servers_words(server: PlayedServer, home: Home) -> None:
    with tools(home) as made, pytest.raises(Refusal) as caught:
        made.downloads.fetch("00" * 32, 10)
    assert (caught.value.code, caught.value.status) == ("blob-unknown", 404)
    assert caught.value.fix.startswith("Ask for")


def test_an_expired_token_is_renewed_once_and_kept(server: PlayedServer, home: Home) -> None:
    before = TokenStore(home).load()
    server.access = "expired on the server"
    with tools(home) as made:
        beat(made)
        beat(made)
    after = TokenStore(home).load()
    assert after.access != before.access
    assert after.refresh != before.refresh
    assert len(server.seen("/oauth/token/")) == 3  # two polls of the enrolment, one renewal
    assert home.tokens.stat().st_mode & 0o077 == 0


def test_a_renewal_by_another_process_is_taken_over(server: PlayedServer, home: Home) -> None:
    with tools(home) as made:
        stale = TokenStore(home).load()
        TokenStore(home).save({"access_token": "new", "refresh_token": "new-refresh"})
        server.access = "new"
        assert made.api.transport._renewed(stale.access) == "new"
    assert len(server.seen("/oauth/token/")) == 2


def test_an_enrolment_that_ended_is_said(server: PlayedServer, home: Home) -> None:
    server.access = server.refresh = "gone"
    with tools(home) as made, pytest.raises(Refusal, match=r"^enrolment-ended:"):
        beat(made)


def test_a_broken_download_is_resumed_where_it_stopped(server: PlayedServer, home: Home) -> None:
    server.trouble.extend([("/blobs/", "cut")] * 2)
    with tools(home) as made:
        path = made.downloads.fetch(sha256(BIG), len(BIG))
        made.downloads.fetch(sha256(BIG), len(BIG))
    assert path.read_bytes() == BIG
    asked = [headers.get("range") for _, _, headers in server.seen("/blobs/")]
    assert asked == [None, f"bytes={len(BIG) // 2}-", f"bytes={len(BIG) // 2 + (len(BIG) + 1) // 2 // 2}-"]


def test_a_download_that_always_breaks_off_is_given_up(server: PlayedServer, home: Home) -> None:
    server.trouble.extend([("/blobs/", "cut")] * 20)
    with tools(home) as made, pytest.raises(Refusal, match=r"^download-truncated:"):
        made.downloads.fetch(sha256(BIG), len(BIG))
    assert not made.downloads.place(sha256(BIG)).exists()


def test_a_spoilt_part_is_thrown_away_and_fetched_anew(server: PlayedServer, home: Home) -> None:
    with tools(home) as made:
        part = made.downloads.place(sha256(BIG)).with_suffix(".part")
        part.parent.mkdir(parents=True)
        for spoilt in (b"x" * 100, b"x" * len(BIG)):
            part.write_bytes(spoilt)
            assert made.downloads.fetch(sha256(BIG), len(BIG)).read_bytes() == BIG
            made.downloads.place(sha256(BIG)).unlink()


def test_a_cached_file_that_the_disk_spoilt_is_fetched_anew(server: PlayedServer, home: Home) -> None:
    with tools(home) as made:
        path = made.downloads.fetch(sha256(BIG), len(BIG))
        path.write_bytes(b"rust")
        assert made.downloads.fetch(sha256(BIG), len(BIG)).read_bytes() == BIG


@pytest.mark.parametrize(
    "answer",
    [b"", b"<html>", b"[]", b"\xff", b'{"poll_after_s": "soon", "rounds": []}', b'{"poll_after_s": 1, "rounds": [{}]}',
     b'{"poll_after_s": 1}', b"[" * 100_000],
)  # fmt: skip
def test_an_answer_that_is_none_is_refused(answer: bytes) -> None:
    """A hostile server, played by httpx.MockTransport."""
    http = httpx.Client(
        base_url="http://localhost",
        transport=httpx.MockTransport(lambda _: httpx.Response(200, content=answer)),
    )
    with http, pytest.raises(Refusal, match=r"^server-answer:"):
        Api(Transport(http, eager_waiter())).heartbeat({})


def test_an_answer_without_end_is_cut_off() -> None:
    """A hostile server, played by httpx.MockTransport."""
    http = httpx.Client(
        base_url="http://localhost",
        transport=httpx.MockTransport(
            lambda _: httpx.Response(200, content=(b" " * 100_000 for _ in range(10_000)))
        ),
    )
    with http, pytest.raises(Refusal, match=r"^download-too-large:"):
        Api(Transport(http, eager_waiter())).server()


def test_redirects_are_not_followed() -> None:
    """A hostile server, played by httpx.MockTransport."""
    elsewhere = httpx.MockTransport(
        lambda _: httpx.Response(302, headers={"Location": "https://evil.example/"})
    )
    client = httpx.Client(base_url="http://localhost", transport=elsewhere)
    with client as http, pytest.raises(Refusal, match=r"^server-answer:"):
        Api(Transport(http, eager_waiter())).server()


def test_control_characters_of_a_server_never_reach_the_terminal() -> None:
    """A hostile server, played by httpx.MockTransport."""
    told = {"code": "x\x1b[2J", "detail": "gone\x1b[31m\r\nred", "fix": "\x07"}
    hostile = httpx.MockTransport(lambda _: httpx.Response(400, json=told))
    with (
        httpx.Client(base_url="http://localhost", transport=hostile) as http,
        pytest.raises(Refusal) as caught,
    ):
        Api(Transport(http, eager_waiter())).server()
    assert (caught.value.code + caught.value.why + caught.value.fix).isprintable()


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("https://art.example", "https://art.example"),
        ("art.example", "https://art.example"),
        ("https://user:secret@art.example/path?x", "https://art.example"),
        ("http://localhost:8000/", "http://localhost:8000"),
        ("http://127.0.0.1:1", "http://127.0.0.1:1"),
    ],
)
def test_the_origin_of_an_address(address: str, origin: str) -> None:
    assert origin_of(address) == origin


@pytest.mark.parametrize(
    "address", ["http://art.example", "ftp://localhost", "http://localhost.evil.example"]
)
def test_plain_http_is_for_this_computer_only(address: str) -> None:
    with pytest.raises(Refusal, match=r"^server-not-https:"):
        origin_of(address)


def test_waiting_ends_when_the_agent_is_stopped() -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(Stopped):
        Waiter(stop, random.Random(0)).wait(3600)


def test_backoff_grows_has_jitter_and_a_cap() -> None:
    waiter = Waiter(threading.Event(), random.Random(1))
    for attempt in range(10):
        drawn = {waiter.backoff(attempt) for _ in range(20)}
        assert max(drawn) <= min(30.0, 0.5 * 2**attempt)
        assert len(drawn) > 1


@pytest.mark.parametrize(("said", "seconds"), [("3", 3.0), ("-1", 0.0), ("9999", 60.0), ("soon", 0.0)])
def test_retry_after_is_taken_within_reason(said: str, seconds: float) -> None:
    assert retry_after(httpx.Response(503, headers={"Retry-After": said})) == seconds


def test_the_downloads_place_is_inside_the_cache(home: Home) -> None:
    with make_http("http://localhost") as http:
        downloads = Downloads(home, Transport(http, eager_waiter()))
        for name in ("../" * 10 + "etc/passwd", "AB" * 32, "", "a" * 63):
            with pytest.raises(Refusal, match=r"^server-answer:"):
                downloads.place(name)
