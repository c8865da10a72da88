"""The artist's own account: charged before anything leaves, kept over restarts, and a cap that no server loosens."""

import json
from fractions import Fraction
from typing import Any
from uuid import UUID

import numpy as np
import pytest

from edge import budget
from edge.paths import Home
from edge.session import RoundSession
from edge.waiting import Stopped
from federation.privacy import noise
from federation.privacy.accounting import SkellamEvent, epsilon
from federation.privacy.noise import Noise
from federation.protocol.errors import Refusal
from federation.protocol.params import RoundParams
from federation.protocol.secagg.client import SecAggClient
from federation.protocol.steps import Step
from tests.edge.agents import UPDATE, Trainer, tools, turns
from tests.edge.played_round import GHOST_UPDATE
from tests.edge.played_server import PlayedServer
from tests.edge.scene import Scene

pytestmark = pytest.mark.filterwarnings("ignore::federation.protocol.warns.UnsafeSchemeWarning")

Z = "2"
PARAMS = RoundParams(
    round_id=UUID(int=1), manifest_hash=bytes(32), length=8, scale=1 << 12, clip=1.0,
    modulus_bits=32, min_cohort=3, max_cohort=64, threshold=3,
)  # fmt: skip
EVENT = noise.event_of(Fraction(Z), PARAMS, 2)


def noisy(rounds: int = 1, **changes: Any) -> Noise:
    """Two of three honest, z = 2; epsilon is the right one unless it is changed."""
    right = str(noise.priced(EVENT, rounds, budget.DELTA))
    fields: dict[str, Any] = {
        "noise_multiplier": Z, "honest_floor": 2, "delta": "0.00001", "rounds": rounds, "epsilon": right,
    }  # fmt: skip
    return Noise(**{**fields, **changes})


def price(rounds: int) -> float:
    return epsilon(EVENT.cost.times(rounds), budget.DELTA)


def test_a_noised_round_is_charged_and_its_noise_is_in_what_was_sent(
    server: PlayedServer, home: Home
) -> None:
    played = server.open_round(privacy=noisy(), scale=1 << 12)
    with tools(home) as made:
        turns(made, until=lambda: played.over)
        found = budget.account(made.state)
    assert (found.with_noise, found.without_noise) == (1, 0)
    assert found.epsilon == pytest.approx(price(1))
    assert "at delta 0.00001 (one artist's whole contribution, replaced by zeros)" in found.sentence
    plain = np.mean([UPDATE, GHOST_UPDATE, GHOST_UPDATE], axis=0)
    share = np.sqrt(EVENT.variance / 2) / (1 << 12) / 3
    moved = np.abs(played.mean - plain)
    assert 0.01 * share < np.median(moved) < 6 * share


def test_epsilon_over_the_cap(scene: Scene) -> None:
    scene.server.open_round(privacy=noisy(), scale=1 << 12)
    said = scene.refused("epsilon-over-cap", max_epsilon=1.0)
    assert f"Spent so far 0.00, with this round {price(1):.2f}" in said
    assert "your cap is 1" in said
    assert "--max-epsilon" in said


def test_the_cap_holds_over_all_rounds_and_restarts(server: PlayedServer, home: Home) -> None:
    cap = price(2) + 0.01
    for count in (1, 2):
        played = server.open_round(privacy=noisy(count), scale=1 << 12)
        with tools(home, max_epsilon=cap) as made:
            turns(made, until=lambda played=played: played.over)
    played = server.open_round(privacy=noisy(3), scale=1 << 12)
    with tools(home) as made:
        turns(made, until=lambda: played.drop_reason)
        assert made.state.known(played.manifest.round_id).state == "refused"
        assert budget.account(made.state).with_noise == 2
    assert Step.MASKED_INPUT not in played.messages


def test_an_aborted_round_stays_charged(server: PlayedServer, home: Home) -> None:
    """The server took the masked input and ended the round: its sum may be known all the same."""
    played = server.open_round(privacy=noisy(), scale=1 << 12)
    with tools(home) as made:
        turns(made, until=lambda: Step.MASKED_INPUT in played.messages)
        played.over = True
        turns(made, until=lambda: made.state.known(played.manifest.round_id).state != "trained")
        assert budget.account(made.state).with_noise == 1
    assert len(server.seen("/messages/masked-input")) == 1


def test_the_charge_is_there_before_the_noise_is_drawn(
    server: PlayedServer, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    played, seen = server.open_round(privacy=noisy(), scale=1 << 12), []

    def dies(self: SecAggClient, inbox: bytes, update: np.ndarray) -> bytes:
        seen.append(budget.account(made.state).with_noise)
        raise Stopped

    monkeypatch.setattr(SecAggClient, "masked_input", dies)
    with tools(home) as made, pytest.raises(Stopped):
        turns(made, until=lambda: played.over)
    assert seen == [1]
    monkeypatch.undo()
    with tools(home) as made:
        turns(made, until=lambda: played.over)
        assert budget.account(made.state).with_noise == 1  # the same round is charged once


def test_a_restarted_agent_sends_the_same_noising_again(
    server: PlayedServer, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed after the message was kept and the server may have had it: the very same bytes, never a second noise."""
    played, sent = server.open_round(privacy=noisy(), scale=1 << 12), []
    real = RoundSession._send

    def lost(self: RoundSession, step: Step, message: bytes) -> None:
        if step is Step.MASKED_INPUT:
            sent.append(message)
            if len(sent) < 3:
                raise Stopped
        real(self, step, message)

    monkeypatch.setattr(RoundSession, "_send", lost)
    for _ in range(2):
        with tools(home) as made, pytest.raises(Stopped):
            turns(made, until=lambda: played.over)
    with tools(home) as made:
        turns(made, until=lambda: played.over)
    assert len(sent) == 3
    assert len(set(sent)) == 1
    assert played.messages[Step.MASKED_INPUT] == sent[0]


def test_a_manifest_that_understates_its_epsilon(scene: Scene) -> None:
    scene.server.open_round(privacy=noisy(epsilon="0.5"), scale=1 << 12)
    assert "It says 0.5" in scene.refused("noise-epsilon-differs")


def test_more_honest_artists_than_are_left(scene: Scene) -> None:
    scene.server.open_round(privacy=noisy(honest_floor=4), scale=1 << 12)
    scene.refused("noise-invalid")


def test_a_round_without_noise_where_it_was_not_allowed(scene: Scene) -> None:
    scene.server.open_round()
    assert "--allow-without-noise" in scene.refused("noise-missing", allow_without_noise=False)


def test_a_round_without_noise_is_counted_apart(server: PlayedServer, home: Home) -> None:
    played = server.open_round()
    with tools(home, Trainer()) as made:
        turns(made, until=lambda: played.over)
        found = budget.account(made.state)
    assert (found.epsilon, found.with_noise, found.without_noise) == (0, 0, 1)
    assert "no formal privacy claim" in found.sentence


def test_a_damaged_account_is_no_empty_account(home: Home) -> None:
    with tools(home) as made:
        made.state._db.execute("INSERT INTO charges VALUES ('r', 'c', 8, 0, 5)")
        with pytest.raises(Refusal, match="home-damaged"):
            budget.account(made.state)


def test_the_commands_show_and_change_the_cap(home: Home) -> None:
    from typer.testing import CliRunner

    from edge.cli import app

    run = CliRunner().invoke
    done = run(
        app, ["--home", str(home.root), "--json", "rules", "--max-epsilon", "3.5", "--refuse-without-noise"]
    )
    told = json.loads(done.stdout)
    assert (told["max_epsilon"], told["allow_without_noise"]) == (3.5, False)
    told = json.loads(run(app, ["--home", str(home.root), "--json", "budget"]).stdout)
    assert (told["epsilon"], told["delta"], told["max_epsilon"]) == (0.0, 1e-05, 3.5)
    assert told["adjacency"] == "one artist's whole contribution, replaced by zeros"


def test_the_event_is_that_of_the_manifest() -> None:
    assert isinstance(EVENT, SkellamEvent)
    assert EVENT.variance >= 4 * PARAMS.squared_norm_bound
