"""Once a round is over, nothing on the computer tells its masks: with them and the server's files one could read it."""

import json

from edge.paths import Home
from federation.protocol.steps import Step
from tests.edge.agents import tools, turns
from tests.edge.played_server import PlayedServer


def test_snapshots_are_gone_when_the_round_is_over(server: PlayedServer, home: Home) -> None:
    played = server.open_round()
    with tools(home) as made:
        turns(made, until=lambda: made.state.kept_steps(played.manifest.round_id))
        turns(made, until=lambda: made.state.known(played.manifest.round_id).state == "done")
        kept = made.state.kept_steps(played.manifest.round_id)
    assert len(kept) == 5
    assert [one.snapshot for one in kept] == [{}] * 5
    assert not list(home.work.iterdir())


def test_only_the_newest_snapshot_is_kept(server: PlayedServer, home: Home) -> None:
    played = server.open_round()
    round_id = played.manifest.round_id
    with tools(home) as made:
        made.state.keep_step(round_id, Step.ADVERTISE_KEYS, "aa", {"root": "first"})
        made.state.keep_step(round_id, Step.SHARE_KEYS, "bb", {"root": "second"})
        assert [one.snapshot for one in made.state.kept_steps(round_id)] == [{}, {"root": "second"}]
        made.state.forget_secrets(round_id)
        assert "second" not in json.dumps([one.snapshot for one in made.state.kept_steps(round_id)])
    assert b"second" not in home.state.read_bytes()
