"""The agent through whole rounds over HTTP: trains once, sends once, remembers, survives being stopped anywhere."""

import json
from typing import Any

import numpy as np
import pytest

from edge import pauses, receipts, status
from edge.agent import Agent
from edge.paths import Home
from edge.session import RoundSession
from edge.tools import Tools
from edge.waiting import Stopped
from edge.work import Work
from federation.protocol.steps import Step
from tests.edge.agents import UPDATE, Trainer, tools, turns
from tests.edge.played_round import GHOST_UPDATE
from tests.edge.played_server import PlayedServer, sha256

pytestmark = pytest.mark.filterwarnings("ignore::federation.protocol.warns.UnsafeSchemeWarning")


def test_a_round_from_invitation_to_the_next_version(server: PlayedServer, home: Home) -> None:
    played, trainer = server.open_round(), Trainer()
    with tools(home, trainer) as made:
        turns(made, until=lambda: played.over and made.state.noted("latest"))
        assert made.state.known(played.manifest.round_id).state == "done"
        assert made.board.now.sentence.startswith(
            "Masked and sent for version 1: 32 B. Nobody can read it alone."
        )
        assert made.state.noted("latest") == [1, sha256(server.versions[1])]
        assert made.config.rules.bases == (played.manifest.base,)
    expected = np.mean([UPDATE, GHOST_UPDATE, GHOST_UPDATE], axis=0)
    np.testing.assert_allclose(played.mean, expected, atol=1e-4)
    assert len(trainer.jobs) == 1
    assert not list(home.work.iterdir())


def test_two_rounds_follow_each_other(server: PlayedServer, home: Home) -> None:
    trainer = Trainer()
    with tools(home, trainer) as made:
        for _ in range(2):
            played = server.open_round()
            turns(made, until=lambda played=played: played.over)
    assert len(server.versions) == 3
    assert [float(job.start["a.lora_B"].sum()) != 0.0 for job in trainer.jobs] == [False, True]


def test_every_byte_sent_has_its_receipt(server: PlayedServer, home: Home) -> None:
    played = server.open_round()
    with tools(home) as made:
        turns(made, until=lambda: played.over)
    found = receipts.read(home.receipts)
    assert [(one.step, one.bytes, one.sha256) for one in found] == [
        (step.slug, len(sent), sha256(sent)) for step, sent in played.messages.items()
    ]
    assert {(one.version, one.scheme) for one in found} == {(1, "SecAgg")}
    assert "masked-input" in receipts.sentence(found[2])


def test_the_heartbeat_and_the_status_say_the_same(server: PlayedServer, home: Home) -> None:
    played = server.open_round()
    with tools(home) as made:
        turns(made, until=lambda: played.over and len(server.heartbeats) > 4)
        turns(made, until=lambda: server.heartbeats[-1]["reason"] == made.board.now.sentence)
        assert status.read(made.state) == made.board.now
    assert {"idle", "ready"} <= {beat["state"] for beat in server.heartbeats}
    assert all(0 < len(beat["reason"]) <= 500 for beat in server.heartbeats)


def test_a_round_in_the_clear_where_the_artist_allowed_it(server: PlayedServer, home: Home) -> None:
    played = server.open_round(scheme="UnsafePlainSum")
    with tools(home, allow_unsafe_plain_sum=True) as made:
        turns(made, until=lambda: played.over)
    assert {one.scheme for one in receipts.read(home.receipts)} == {"UnsafePlainSum"}


@pytest.mark.parametrize("at", list(Step))
@pytest.mark.parametrize("lost", ["before it was sent", "after it was sent"])
def test_stopped_in_a_step_it_goes_on_and_sends_the_same_bytes(
    server: PlayedServer, home: Home, at: Step, lost: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    played, trainer, send = server.open_round(), Trainer(), RoundSession._send

    def dying(self: RoundSession, step: Step, message: bytes) -> None:
        if step is at:
            if lost == "after it was sent":
                played.receive(step, message)
            raise Stopped
        send(self, step, message)

    with tools(home, trainer) as made:
        monkeypatch.setattr(RoundSession, "_send", dying)
        with pytest.raises(Stopped):
            turns(made, until=lambda: played.over)
        monkeypatch.setattr(RoundSession, "_send", send)
    kept = (home.work / str(played.manifest.round_id) / f"{at.slug}.bin").read_bytes()
    with tools(home, trainer) as made:
        turns(made, until=lambda: made.state.known(played.manifest.round_id).state == "done")
    assert played.messages[at] == kept
    assert len(played.messages) == len(Step)
    assert len(trainer.jobs) == 1


def test_stopped_while_training_it_trains_again_from_the_start(server: PlayedServer, home: Home) -> None:
    played = server.open_round()
    with tools(home) as made:
        made.trainer = Trainer(during=made.waiter.stop.set)
        with pytest.raises(Stopped):
            turns(made, until=lambda: played.over)
    again = Trainer()
    with tools(home, again) as made:
        turns(made, until=lambda: played.over)
    assert len(again.jobs) == 1


def test_a_trained_round_is_never_trained_again(server: PlayedServer, home: Home) -> None:
    played, trainer = server.open_round(), Trainer()
    server.trouble.extend([("/ready", 503)] * 6)
    with tools(home, trainer) as made:
        turns(made, until=lambda: made.board.now.state == "error")
    with tools(home, trainer) as made:
        turns(made, until=lambda: played.over)
    assert len(trainer.jobs) == 1


def test_a_round_that_ends_without_the_agent_is_told_as_missed(server: PlayedServer, home: Home) -> None:
    played = server.open_round()
    with tools(home) as made:
        turns(made, until=lambda: played.mine == "rostered", most=1)
        server.round = None
        turns(made, until=lambda: made.state.known(played.manifest.round_id).state == "missed", most=2)
        assert "Missed the round towards version 1. Nothing was sent." in made.board.now.sentence
    assert not list(home.work.iterdir())
    assert not receipts.read(home.receipts)


def test_a_pause_stops_the_training_within_a_step(server: PlayedServer, home: Home) -> None:
    played = server.open_round()
    with tools(home) as made:
        made.trainer = Trainer(during=lambda: pauses.pause(made.state, None))
        turns(made, until=lambda: made.board.now.state == "paused", most=2)
        assert made.board.now.sentence == "Paused by you until you resume."
        pauses.resume(made.state)
        made.trainer = Trainer()
        turns(made, until=lambda: played.over)


def test_a_pause_lets_the_others_go_on(server: PlayedServer, home: Home) -> None:
    played = server.open_round()
    with tools(home) as made:
        turns(made, until=lambda: played.mine == "rostered", most=1)
        pauses.pause(made.state, None)
        turns(made, until=lambda: played.mine == "dropped", most=1)
    assert played.drop_reason == "paused-by-artist"
    assert not played.messages


def test_the_state_on_disk_is_private_and_holds_no_picture(server: PlayedServer, home: Home) -> None:
    played = server.open_round()
    with tools(home) as made:
        turns(made, until=lambda: played.mine == "rostered", most=1)
        assert home.open_to_others() == []
        assert [path.name for path in home.work.rglob("*.npy")] == ["update.npy"]
    for path in home.root.rglob("*"):
        assert path.suffix != ".png"
    assert "blue square" not in json.dumps(server.heartbeats)


def test_trained_but_not_drawn(server: PlayedServer, home: Home) -> None:
    played = server.open_round()
    with tools(home) as made:
        turns(made, until=lambda: played.mine == "rostered", most=1)
        played.mine = "not_drawn"
        turns(
            made,
            until=lambda: "not drawn for the round towards version 1. Nothing was sent." in said(made),
            most=2,
        )


def test_a_full_disk_is_said_and_tried_again(
    server: PlayedServer, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    played, keep, states = server.open_round(), Work.keep_update, list[str]()

    def full_once(self: Work, update: np.ndarray) -> None:
        if "error" not in states:
            raise OSError(28, "No space left on device")
        keep(self, update)

    monkeypatch.setattr(Work, "keep_update", full_once)
    with tools(home) as made:
        say = made.board.say

        def noting(state: str, sentence: str, **more: Any) -> None:
            states.append(state)
            say(state, sentence, **more)
            if played.over and state == "idle":
                made.waiter.stop.set()

        monkeypatch.setattr(made.board, "say", noting)
        Agent(made).run()
    assert played.over
    assert states.count("error") == 1


def said(made: Tools) -> str:
    return made.board.now.sentence
