"""The agent remembers the ledger's checkpoints, and takes part in nothing once the server shows another history."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from consent.ledger.checkpoints import parse_checkpoint
from consent.ledger.notes import Key, parse_note
from consent.ledger.vouching import vouch
from edge import ledger_key, memory
from edge.state import State
from tests.consent.ledger import logs
from tests.edge.agents import tools
from tests.edge.ledgers import signed_by
from tests.edge.played_log import PlayedLog
from tests.edge.scene import Scene
from tests.federation.protocol.terms import OTHER_KEY, SERVER_KEY

pytestmark = pytest.mark.filterwarnings("ignore::federation.protocol.warns.UnsafeSchemeWarning")


def remembered(state: State) -> int:
    return parse_checkpoint(parse_note(state.noted(memory.NOTE)["note"].encode()).text).size


def see(scene: Scene) -> None:
    """The agent looked at the ledger once before."""
    with tools(scene.home) as made:
        made.ledger.follow()


def test_a_ledger_that_grew_is_followed(scene: Scene) -> None:
    with tools(scene.home) as made:
        for number in (0, 1, 3, 30):
            scene.server.log.grow(number)
            assert made.ledger.follow().size == len(scene.server.log.leaves)
        assert remembered(made.state) == 39


@pytest.mark.parametrize(
    ("misbehave", "said"),
    [
        (lambda log: log.rewrite(2), "It had 5 entries when last seen, and shows 6."),
        (lambda log: (log.rewrite(4), log.grow(9)), "It had 5 entries when last seen, and shows 15."),
        (
            lambda log: log.leaves.__delitem__(slice(-2, None)),
            "It had 5 entries when last seen, and shows 4.",
        ),
        (lambda log: log.leaves.clear(), "It had 5 entries when last seen, and shows 0."),
        (lambda log: setattr(log, "signer", "other"), "signed by another key"),
    ],
)
def test_a_server_that_rewrote_history_is_refused(
    scene: Scene, misbehave: Callable[[PlayedLog], object], said: str
) -> None:
    see(scene)
    scene.server.open_round()
    misbehave(scene.server.log)
    assert said in scene.refused("ledger-rewritten")
    with tools(scene.home) as made:
        assert remembered(made.state) == 5


def test_a_forked_server_cannot_prove_its_way_out(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever path it sends, the old root does not lead to the new one."""
    see(scene)
    scene.server.log.rewrite(1)
    scene.server.log.grow(3)
    honest = PlayedLog()
    honest.grow(3)
    monkeypatch.setattr(scene.server.log, "consistency", honest.consistency)
    scene.server.open_round()
    scene.refused("ledger-rewritten")


@pytest.mark.parametrize(
    "answer",
    [b"", b"no note", b"a\n\nb", re.sub(b"\n5\n", b"\n05\n", PlayedLog().checkpoint()), b"\xff" * 100],
)
def test_what_is_no_checkpoint_is_refused(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, answer: bytes
) -> None:
    scene.server.open_round()
    monkeypatch.setattr(scene.server.log, "checkpoint", lambda: answer)
    scene.refused("server-answer")


VKEY = PlayedLog().key()["key"]
OTHER = Key(logs.ORIGIN, logs.public("other"))


def vouched(by: Ed25519PrivateKey = SERVER_KEY, **changes: Any) -> dict[str, Any]:
    """A document about the other ledger's key."""
    return vouch(OTHER, sign=lambda document: signed_by({**document, **changes}, by))


@pytest.mark.parametrize(
    "told",
    [
        {"vouched": vouched(OTHER_KEY)},
        {"vouched": vouched() | {"key": VKEY}},
        {"vouched": vouched(type="Manifest")},
        {"vouched": vouched(more="x")},
        {"vouched": vouched(key=logs.WITNESS.vkey())},
        {"vouched": vouched(key="nonsense")},
        {"vouched": {"key": VKEY}},
        {"vouched": VKEY},
        {},
    ],
    ids=["another server", "another key", "another document", "a field more", "a witness", "no key", "no proof",
         "a text", "nothing"],
)  # fmt: skip
def test_a_ledger_key_that_the_pinned_key_does_not_vouch_for(scene: Scene, told: dict[str, Any]) -> None:
    """An older home that has not learnt the ledger's key: it asks, and takes none but the server's own."""
    with tools(scene.home) as made:
        made.state.note(ledger_key.NOTE, None)
    scene.server.alter["ledger-key"] = lambda _: {"key": OTHER.vkey(), **told}
    scene.server.log.signer = "other"
    scene.server.open_round()
    scene.refused("ledger-key-unvouched")
    with tools(scene.home) as made:
        assert made.state.noted(ledger_key.NOTE) is None


def test_an_older_home_learns_it_from_the_pinned_key(scene: Scene) -> None:
    with tools(scene.home) as made:
        made.state.note(ledger_key.NOTE, None)
        made.ledger.follow()
        assert made.state.noted(ledger_key.NOTE) == VKEY


def test_a_key_that_was_learnt_is_not_swapped_for_another_vouched_one(scene: Scene) -> None:
    """Even the server key cannot put another ledger in the place of the one that was pinned."""
    scene.server.log.signer = "other"
    scene.server.open_round()
    assert "signed by another key" in scene.refused("ledger-rewritten")
