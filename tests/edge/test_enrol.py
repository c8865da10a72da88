"""Enrolment: the code is shown, the key stays here, the server's key is pinned, and every other end is said."""

import json
import random
import threading
from pathlib import Path
from typing import Any

import pytest

from consent.ledger.vouching import vouch
from edge import config, identity, leaving, ledger_key
from edge.enrol import Asked, Wish, enrol
from edge.paths import Home
from edge.state import State
from edge.transport import Transport, make_http
from edge.waiting import Waiter
from federation.protocol import keys
from federation.protocol.errors import Refusal
from tests.consent.ledger import logs
from tests.edge.agents import eager_waiter
from tests.edge.ledgers import signed_by
from tests.edge.played_server import DEVICE, PlayedServer
from tests.federation.protocol.terms import OTHER_KEY, SERVER_KEY


class Noting(Waiter):
    """Notes how long it was asked to wait, and does not."""

    def __init__(self) -> None:
        super().__init__(threading.Event(), random.Random(0))
        self.asked: list[float] = []

    def wait(self, seconds: float) -> None:
        self.asked.append(seconds)


def ask(server: PlayedServer, home: Home, waiter: Waiter | None = None) -> list[Asked]:
    shown: list[Asked] = []
    with make_http(server.url) as http:
        enrol(
            home, Wish(server.url, "Alice's laptop"), Transport(http, waiter or eager_waiter()), shown.append
        )
    return shown


def test_a_device_is_enrolled(server: PlayedServer, tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    (shown,) = ask(server, home)
    assert shown.fingerprint == keys.fingerprint(keys.raw_public(identity.load(home)))
    told = config.load(home)
    assert told.device == DEVICE
    assert told.pinned_key == keys.raw_public(SERVER_KEY)
    assert told.rules.allow_unsafe_plain_sum is False
    assert home.open_to_others() == []
    state = State(home)
    assert state.noted(ledger_key.NOTE) == logs.LOG.vkey()
    state.close()


def test_polling_slows_down_when_it_is_told_to(server: PlayedServer, tmp_path: Path) -> None:
    server.polls = ["authorization_pending", "slow_down", "authorization_pending", "slow_down"]
    waiter = Noting()
    ask(server, Home(tmp_path / "home"), waiter)
    assert [round(seconds, 1) for seconds in waiter.asked] == [0.2, 0.2, 5.2, 5.2, 10.2]


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ("access_denied", "enrol-refused"),
        ("expired_token", "enrol-expired"),
        ("invalid_grant", "server-answer"),
    ],
)
def test_another_end_leaves_nothing_enrolled(
    server: PlayedServer, tmp_path: Path, answer: str, code: str
) -> None:
    server.polls = [answer]
    home = Home(tmp_path / "home")
    with pytest.raises(Refusal, match=rf"^{code}:"):
        ask(server, home)
    assert not home.config.exists()
    assert not home.tokens.exists()


def test_a_code_that_nobody_answers_expires(server: PlayedServer, tmp_path: Path) -> None:
    server.polls = ["authorization_pending"] * 1000
    server.alter["device"] = lambda answer: {**answer, "expires_in": 2, "interval": 1}
    with pytest.raises(Refusal, match=r"^enrol-expired:"):
        ask(server, Home(tmp_path / "home"), Noting())


OTHER = keys.to_b64url(keys.raw_public(OTHER_KEY))
FALSE = vouch(logs.LOG, sign=lambda document: signed_by(document, OTHER_KEY))


@pytest.mark.parametrize(
    ("kind", "changes", "code"),
    [
        ("token", {"server_key": OTHER}, "server-key-differs"),
        ("token", {"server_key": None}, "server-answer"),
        ("token", {"device_id": "../../x"}, "server-answer"),
        ("token", {"refresh_token": None}, "server-answer"),
        ("device", {"fingerprint": "aaaa-aaaa-aaaa-aaaa-aaaa"}, "server-answer"),
        ("device", {"expires_in": "later"}, "server-answer"),
        ("server", {"server_key": "short"}, "server-answer"),
        ("server", {"api": 2}, "server-too-new"),
        ("ledger-key", {"vouched": None}, "ledger-key-unvouched"),
        ("ledger-key", {"vouched": FALSE}, "ledger-key-unvouched"),
    ],
)
def test_a_server_that_contradicts_itself(
    server: PlayedServer, tmp_path: Path, kind: str, changes: dict[str, Any], code: str
) -> None:
    server.alter[kind] = lambda answer: {**answer, **changes}
    home = Home(tmp_path / "home")
    with pytest.raises(Refusal, match=rf"^{code}:"):
        ask(server, home)
    assert not home.config.exists()
    assert not home.tokens.exists()


def test_twice_is_refused(server: PlayedServer, home: Home) -> None:
    with pytest.raises(Refusal, match=r"^enrolled-already:"):
        ask(server, home)


def test_leaving_deletes_the_key_and_keeps_the_receipts(server: PlayedServer, home: Home) -> None:
    home.receipts.write_text("{}\n")
    pictures = Path(config.load(home).pictures or "")
    with make_http(server.url) as http:
        from edge.tokens import TokenStore

        assert leaving.leave(home, Transport(http, eager_waiter(), TokenStore(home))) is True
    assert [path.name for path in home.root.iterdir()] == ["receipts.jsonl"]
    assert len(list(pictures.iterdir())) == 3


def test_leaving_works_without_the_network(server: PlayedServer, home: Home) -> None:
    server.close()
    with make_http(server.url) as http:
        from edge.tokens import TokenStore

        assert leaving.leave(home, Transport(http, eager_waiter(), TokenStore(home))) is False
    assert not home.key.exists()


def test_a_home_that_others_can_read_is_refused(home: Home) -> None:
    home.tokens.chmod(0o644)
    with pytest.raises(Refusal, match=r"^home-not-private:.*tokens.json"):
        home.require_private()
    home.mend()
    home.require_private()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"server": 1}', "null", json.dumps({"rules": []})])
def test_a_damaged_home_is_said(home: Home, text: str) -> None:
    home.config.write_text(text)
    with pytest.raises(Refusal, match=r"^home-damaged:"):
        config.load(home)
    home.key.write_bytes(b"no key")
    with pytest.raises(Refusal, match=r"^home-damaged:"):
        identity.load(home)
