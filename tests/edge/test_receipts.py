"""Receipts: who was beside, what it cost, and proof in the ledger for each - or a finding that says what is wrong."""

import copy
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from typing import Any

import pytest

from edge import receipts
from edge.memory import Ledger
from edge.paths import Home
from edge.proofs import Checked, Verifier
from edge.receipts import Receipt
from federation.protocol.steps import Step
from tests.edge.agents import enrolled, tools, turns
from tests.edge.played_server import PlayedServer
from tests.edge.test_budget import noisy, price

pytestmark = pytest.mark.filterwarnings("ignore::federation.protocol.warns.UnsafeSchemeWarning")


@pytest.fixture(scope="module")
def server() -> Iterator[PlayedServer]:
    """One server for all of these."""
    played = PlayedServer()
    yield played
    played.close()


@pytest.fixture(scope="module")
def home(server: PlayedServer, tmp_path_factory: pytest.TempPathFactory) -> Home:
    return enrolled(server, tmp_path_factory.mktemp("receipts"))


@pytest.fixture(scope="module")
def found(server: PlayedServer, home: Home) -> list[Receipt]:
    """What one round with noise left behind."""
    played = server.open_round(privacy=noisy(), scale=1 << 12)
    with tools(home) as made:
        turns(made, until=lambda: played.over)
    return receipts.read(home.receipts)


@pytest.fixture
def honest(server: PlayedServer, found: list[Receipt]) -> Iterator[None]:
    """After the test the server shows again what is so."""
    leaves, openings = list(server.log.leaves), copy.deepcopy(server.log.openings)
    yield
    server.log.leaves, server.log.openings = leaves, openings
    server.alter.clear()


WRONG = "receipt-not-proven"


def verified(home: Home, rows: list[Receipt]) -> dict[str, Checked]:
    with tools(home) as made:
        ledger = Ledger(made.api, made.state, made.config.server_key)
        return {
            one.about.partition(" ")[0]: one for one in Verifier(made.api, made.state, ledger).check(rows)
        }


def test_a_receipt_says_beside_whom_and_what_it_cost(server: PlayedServer, found: list[Receipt]) -> None:
    assert [one.step for one in found] == [step.slug for step in Step]
    assert {one.cohort for one in found} == {3}
    spent = [one.epsilon_after for one in found]
    assert spent[:2] == [None, None]
    assert spent[2:] == [pytest.approx(price(1))] * 3
    assert {one.entry for one in found} == {5}
    assert f"3 computers  epsilon after {price(1):.2f}" in receipts.sentence(found[2])


def test_every_request_is_counted(server: PlayedServer, home: Home, found: list[Receipt]) -> None:
    with tools(home) as made:
        rows = {purpose: (requests, size) for _, purpose, requests, size in made.state.sent()}
    assert rows["status"][0] == len(server.heartbeats)
    assert rows["round messages"][0] == len(Step)
    assert rows["round messages"][1] > sum(one.bytes for one in found)
    assert rows["count of works"][0] == len(server.works)
    after = [path for _, path, _ in server.requests]
    assert sum(requests for requests, _ in rows.values()) == len(after) - after.index(
        "/api/v1/agent/heartbeat"
    )


def test_all_of_it_is_borne_out_by_the_ledger(server: PlayedServer, home: Home, found: list[Receipt]) -> None:
    checked = verified(home, found)
    assert [one.holds for one in checked.values()] == [True] * 4
    assert checked["Ledger"].seen.startswith("7 entries")
    assert checked["Statement"].seen == "Your statement is entry 5 of the ledger."
    assert checked["Round"].seen == (
        "5 of 5 messages sent. Version 1 is entry 6 of the ledger, a sum over fewer than 5 computers."
    )


@pytest.mark.parametrize(
    ("lie", "about", "code"),
    [
        (lambda server: server.log.rewrite(0), "Ledger", "ledger-rewritten"),
        (lambda server: server.log.rewrite(5), "Statement", WRONG),
        (lambda server: server.log.openings[6].update(body='{"card":{},"version":"1"}'), "Round", WRONG),
        (lambda server: server.log.openings[6].update(salt="00"), "Round", WRONG),
        (lambda server: server.alter.update(version=lambda v: {**v, "ledger_entry": None}), "Round", WRONG),
        (lambda server: server.alter.update(version=lambda v: {**v, "card": []}), "Round", WRONG),
        (lambda server: server.alter.update(version=card(cohort_size=900)), "Round", WRONG),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("honest")
def test_a_server_that_shows_something_else_is_found_out(
    server: PlayedServer,
    home: Home,
    found: list[Receipt],
    lie: Callable[[PlayedServer], Any],
    about: str,
    code: str,
) -> None:
    lie(server)
    checked = verified(home, found)
    wrong = checked[about]
    assert not wrong.holds
    assert wrong.fix
    assert wrong.code == code or (about == "Statement" and wrong.code == "ledger-rewritten")
    assert checked["Account"].holds, "what is checked here alone does not depend on the server"


def card(**changes: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda told: {**told, "card": {**told["card"], **changes}}


def test_a_round_without_a_version_is_said(server: PlayedServer, home: Home, found: list[Receipt]) -> None:
    later = [replace(one, version=9) for one in found]
    assert verified(home, later)["Round"].seen == "5 of 5 messages sent. No version came of it."
    other = [replace(one, round="8" * 36) for one in found]
    assert "No version came of it: version 1 is of another round." in verified(home, other)["Round"].seen
    assert "never left this computer" in verified(home, found[:2])["Round"].seen


def test_receipts_that_contradict_each_other_do_not_hold(
    server: PlayedServer, home: Home, found: list[Receipt]
) -> None:
    assert not verified(home, [*found, replace(found[2], sha256="0" * 64)])["Round"].holds
    assert not verified(home, [*found, replace(found[2], epsilon_after=0.1)])["Account"].holds
    assert not verified(home, [replace(found[2], epsilon_after=90.0)])["Account"].holds


def test_receipts_of_earlier_agents_are_read(home: Home) -> None:
    old = Receipt("2026-11-20T10:00:00+00:00", "7" * 36, "masked-input", 3, 32, "ab" * 32, "SecAgg")
    kept = {name: value for name, value in asdict(old).items() if name in ("at", "round", "step", "version")}
    assert Receipt(**kept, bytes=32, sha256="ab" * 32, scheme="SecAgg") == old
    assert (
        verified(home, [old])["Round"].seen == "1 of 5 messages sent. It is older than what can be checked."
    )
