"""The two doors that agents use about consent: the proof of the artist's last word, and the works in the folder."""

from typing import Any

import pytest

from consent.ledger.canonical import parse_canonical
from consent.ledger.verify import check_receipt, from_b64url
from consent.models import Works
from consent.selectors.works import works_of
from tests.federation import world as w

COMMITMENT = "sha256:" + "1" * 64


@pytest.fixture
def agent(world: Any) -> Any:
    w.make_campaign()
    return w.cohort(1)[0]


def shown(agent: Any) -> Any:
    answer = agent.get("agent/consent")
    assert answer.status_code == 200
    return answer.json()["receipt"]


def test_the_last_word_is_proven(agent: Any) -> None:
    receipt = shown(agent)
    assert check_receipt(receipt).holds
    assert parse_canonical(from_b64url(receipt["statement"]))["status"] == "ConsentGiven"
    w.revoke(agent.artist)
    receipt = shown(agent)
    assert check_receipt(receipt).holds
    assert parse_canonical(from_b64url(receipt["statement"]))["status"] == "ConsentWithdrawn"


def test_the_agent_follows_this_servers_own_ledger(agent: Any, client: Any, tmp_path: Any) -> None:
    """The agent's own code against the real doors: the key is vouched for, the ledger grows, the receipt is of it."""
    from edge.api import Api
    from edge.memory import Ledger
    from edge.opened import opened
    from edge.paths import Home
    from edge.state import State

    class Doors:
        def get(self, path: str) -> bytes:
            answer = client.get(path)
            assert answer.status_code == 200, answer.content
            return bytes(answer.content)

    state = State(Home(tmp_path / "home").make())
    api = Api(Doors())  # type: ignore[arg-type]
    ledger = Ledger(api, state, api.server()["server_key"])
    seen = ledger.follow()
    old = shown(agent)
    w.revoke(agent.artist)
    receipts = [old, shown(agent)]
    for receipt in receipts:
        ledger.must_hold(opened(receipt, ledger.key).note)
    last = ledger.last()
    assert last is not None
    assert last.size > seen.size
    assert ledger.follow().size == last.size
    state.close()


def test_somebody_who_never_answered(world: Any) -> None:
    w.make_campaign()
    (artist,) = w.make_artists(1, consenting=False)
    assert shown(w.Agent(artist).enrol()) is None


def test_strangers_and_browsers_get_nothing(agent: Any, client: Any) -> None:
    assert client.get("/api/v1/agent/consent").status_code == 401
    client.force_login(agent.artist)
    assert client.get("/api/v1/agent/consent").status_code == 401
    assert client.post("/api/v1/agent/works", {}, content_type="application/json").status_code in (401, 403)


def test_works_are_kept_once_and_forgotten_with_the_device(agent: Any) -> None:
    told = {"commitment": COMMITMENT, "count": 42}
    assert [agent.post("agent/works", told).status_code for _ in range(2)] == [204, 204]
    assert Works.objects.count() == 1
    assert works_of(artist_id=agent.artist.pk) == [told]
    assert agent.post("agent/leave").status_code == 204
    assert works_of(artist_id=agent.artist.pk) == []


@pytest.mark.parametrize(
    "told",
    [{}, {"commitment": COMMITMENT}, {"commitment": "x", "count": 1}, {"commitment": COMMITMENT, "count": 0}],
)
def test_what_is_no_commitment_is_refused(agent: Any, told: dict[str, Any]) -> None:
    assert agent.post("agent/works", told).status_code == 400
    assert not Works.objects.exists()
