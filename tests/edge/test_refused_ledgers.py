"""The agent remembers the ledger's checkpoints, and takes part in nothing once the server shows another history."""

import re
from collections.abc import Callable

import pytest

from consent.ledger.checkpoints import parse_checkpoint
from consent.ledger.notes import parse_note
from edge import memory
from edge.state import State
from tests.edge.agents import tools
from tests.edge.played_log import PlayedLog
from tests.edge.scene import Scene

pytestmark = pytest.mark.filterwarnings("ignore::federation.protocol.warns.UnsafeSchemeWarning")


def remembered(state: State) -> int:
    return parse_checkpoint(parse_note(state.noted(memory.NOTE)["note"].encode()).text).size


def see(scene: Scene) -> None:
    """The agent looked at the ledger once before."""
    with tools(scene.home) as made:
        memory.follow(made.api, made.state)


def test_a_ledger_that_grew_is_followed(scene: Scene) -> None:
    with tools(scene.home) as made:
        for number in (0, 1, 3, 30):
            scene.server.log.grow(number)
            assert memory.follow(made.api, made.state).size == len(scene.server.log.leaves)
        assert remembered(made.state) == 39


@pytest.mark.parametrize(
    ("misbehave", "said"),
    [
        (lambda log: log.rewrite(2), "It had 5 entries when last seen, and shows 5."),
        (lambda log: (log.rewrite(4), log.grow(9)), "It had 5 entries when last seen, and shows 14."),
        (lambda log: log.leaves.pop(), "It had 5 entries when last seen, and shows 4."),
        (lambda log: log.leaves.clear(), "It had 5 entries when last seen, and shows 0."),
        (lambda log: setattr(log, "signer", "other"), "signed by another key"),
    ],
)
def test_a_server_that_rewrote_history_is_refused(
    scene: Scene, misbehave: Callable[[PlayedLog], object], said: str
) -> None:
    see(scene)
    misbehave(scene.server.log)
    scene.server.open_round()
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
    monkeypatch.setattr(scene.server.log, "checkpoint", lambda: answer)
    scene.server.open_round()
    scene.refused("server-answer")
