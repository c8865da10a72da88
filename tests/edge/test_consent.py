"""The agent's own gate: without the artist's signature for these terms nothing is trained, whatever it is shown."""

import copy
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from consent.ledger.statement import REFUSED
from consent.purposes import SHOW_IMAGES
from edge import config, works
from edge.agent import Agent
from edge.state import State
from tests.edge.agents import tools, turns
from tests.edge.played_log import PlayedLog
from tests.edge.scene import Scene
from tests.edge.statements import ARTIST, OTHER_SUBJECT, STRANGER, key_of, shown, statement, terms_of
from tests.federation.protocol.terms import SERVER_KEY

pytestmark = pytest.mark.filterwarnings("ignore::federation.protocol.warns.UnsafeSchemeWarning")


def held(scene: Scene, code_words: str, **rules: Any) -> None:
    """The agent meets the round, says those words, and neither trains nor joins; it looks again at each heartbeat."""
    with tools(scene.home, scene.trainer, **rules) as made:
        turns(made, until=lambda: len(scene.server.heartbeats) > 3)
        assert code_words in made.board.now.sentence
    assert scene.trainer.jobs == []
    assert not scene.server.seen("/join")
    assert not scene.server.seen("/messages/")


def says(scene: Scene, **changes: Any) -> None:
    """The server records a statement about the open round and shows it."""
    assert scene.server.round
    scene.server.consent = shown(statement(scene.server.round.manifest, **changes), scene.server.log)


def takes_part(scene: Scene) -> None:
    """The agent trains and the round ends; what happened so far is then forgotten by the scene, not by the agent."""
    played = scene.server.round
    with tools(scene.home, scene.trainer) as made:
        turns(made, until=lambda: played.over)
    assert len(scene.trainer.jobs) == 1
    scene.server.requests.clear()
    scene.home.receipts.unlink()


def test_her_own_yes_to_these_terms_is_enough(scene: Scene) -> None:
    scene.server.open_round()
    takes_part(scene)


def test_a_round_may_ask_for_less_than_she_allowed(scene: Scene) -> None:
    played = scene.server.open_round()
    says(scene, terms={**terms_of(played.manifest), "minCohort": 2, "clip": "8.5"})
    takes_part(scene)


class TestAMaliciousServer:
    """Each lie alone; the agent never trains and never joins."""

    def refused(self, scene: Scene, code: str) -> None:
        scene.refused(code)
        assert not scene.server.seen("/join")

    def test_says_yes_in_her_name_with_its_own_key(self, scene: Scene) -> None:
        scene.server.open_round()
        says(scene, by=SERVER_KEY)
        held(scene, "a key that you have not confirmed")

    def test_says_yes_with_a_strangers_statement(self, scene: Scene) -> None:
        scene.server.open_round()
        says(scene, by=STRANGER, subject=OTHER_SUBJECT)
        held(scene, "a key that you have not confirmed")

    def test_changes_what_she_signed(self, scene: Scene) -> None:
        played = scene.server.open_round()
        forged = statement(played.manifest) | {"nonce": "another"}
        scene.server.consent = shown(forged, scene.server.log)
        self.refused(scene, "consent-not-proven")

    def test_shows_no_signature(self, scene: Scene) -> None:
        played = scene.server.open_round()
        bare = {name: part for name, part in statement(played.manifest).items() if name != "proof"}
        scene.server.consent = shown(bare, scene.server.log)
        self.refused(scene, "consent-not-proven")

    def test_shows_a_statement_that_stands_in_no_ledger(self, scene: Scene) -> None:
        played = scene.server.open_round()
        true, other = (shown(statement(played.manifest), scene.server.log)["receipt"] for _ in range(2))
        scene.server.consent = {"receipt": true | {"statement": other["statement"]}}
        self.refused(scene, "consent-not-proven")

    @pytest.mark.parametrize(
        "rubbish", [{}, {"statement": 7}, {"statement": "e30"}, {"format": "x" * 100_000}]
    )
    def test_shows_rubbish(self, scene: Scene, rubbish: dict[str, Any]) -> None:
        scene.server.open_round()
        scene.server.consent = {"receipt": rubbish}
        self.refused(scene, "consent-not-proven")

    def test_shows_an_older_yes_after_her_no(self, scene: Scene) -> None:
        """Yes, no, and then that yes once more: what was seen once is remembered over restarts."""
        scene.server.open_round()
        yes = scene.server.consent
        takes_part(scene)
        again = scene.server.open_round()
        says(scene, by=None)
        scene.trainer.jobs.clear()
        held(scene, "You took your consent back")
        scene.server.consent = yes
        self.refused(scene, "consent-superseded")
        assert again.drop_reason == "refused-by-agent"

    def test_keeps_a_ledger_for_this_computer_alone(self, scene: Scene) -> None:
        """Her no stands in the ledger that everybody sees; under the receipt of her yes stands another one."""
        played = scene.server.open_round()
        fork = copy.deepcopy(scene.server.log)
        says(scene, by=None)
        scene.server.log.grow(3)
        scene.server.consent = shown(statement(played.manifest), fork)
        self.refused(scene, "ledger-rewritten")

    def test_shows_a_receipt_of_another_ledger(self, scene: Scene) -> None:
        played = scene.server.open_round()
        other = PlayedLog()
        other.signer = "other"
        scene.server.consent = shown(statement(played.manifest), other)
        self.refused(scene, "consent-not-proven")

    def test_shows_her_yes_to_something_else(self, scene: Scene) -> None:
        scene.server.open_round()
        says(scene, purpose=SHOW_IMAGES)
        held(scene, "no consent of yours to training")

    def test_shows_another_pseudonym_under_her_key(self, scene: Scene) -> None:
        scene.server.open_round()
        takes_part(scene)
        scene.trainer.jobs.clear()
        scene.server.open_round()
        says(scene, subject=OTHER_SUBJECT)
        self.refused(scene, "consent-other-artist")

    @pytest.mark.parametrize(
        "stricter",
        [
            {"base": "sha256:" + "9" * 64},
            {"adapter": "sha256:" + "9" * 64},
            {"minCohort": 4},
            {"clip": "0.5"},
            {"scheme": "Masked: the server sees the sum only."},
            {"epsilonCap": "8", "delta": "0.00001"},
        ],
        ids=lambda terms: next(iter(terms)),
    )
    def test_asks_for_more_than_she_signed(self, scene: Scene, stricter: dict[str, Any]) -> None:
        played = scene.server.open_round()
        says(scene, terms={**terms_of(played.manifest), **stricter})
        held(scene, "other terms than those you signed")

    def test_shows_terms_with_holes(self, scene: Scene) -> None:
        played = scene.server.open_round()
        terms = terms_of(played.manifest)
        del terms["minCohort"]
        says(scene, terms=terms)
        held(scene, "other terms than those you signed")

    def test_uses_a_yes_that_has_ended(self, scene: Scene) -> None:
        scene.server.open_round()
        says(scene, issued_at=datetime.now(UTC) - timedelta(days=366))
        held(scene, "ended by itself")


def test_a_no_is_a_no(scene: Scene) -> None:
    scene.server.open_round()
    says(scene, status=REFUSED)
    held(scene, "no consent of yours to training")


def test_no_answer_is_a_no_and_a_later_yes_is_taken(scene: Scene) -> None:
    """The round was not refused for good: she decides while it still waits, and the agent goes on by itself."""
    played = scene.server.open_round()
    yes, scene.server.consent = scene.server.consent, {"receipt": None}
    held(scene, "no consent of yours to training")
    scene.server.consent = yes
    takes_part(scene)
    assert played.drop_reason == ""


def test_without_a_confirmed_key_nothing_counts(scene: Scene) -> None:
    from dataclasses import replace

    scene.server.open_round()
    told = config.load(scene.home)
    config.save(scene.home, replace(told, artist_keys=()))
    held(scene, "does not know which key signs for you")
    config.save(scene.home, replace(told, artist_keys=(key_of(STRANGER), key_of(ARTIST))))
    takes_part(scene)


def test_revoked_between_roster_and_masked_input_it_drops_out(scene: Scene) -> None:
    played = scene.server.open_round()
    with tools(scene.home, scene.trainer) as made:
        turns(made, until=lambda: played.mine == "ready" or played.mine == "rostered", most=1)
        assert len(scene.trainer.jobs) == 1
        says(scene, by=None)
        turns(made, until=lambda: played.mine == "dropped")
        assert "You took your consent back" in made.board.now.sentence
    assert not scene.server.seen("/messages/masked-input")
    assert not list(scene.home.work.iterdir())


class TestWorks:
    """A statement may name works; later ones wait until she signs again."""

    def folder(self, scene: Scene) -> Path:
        found = config.load(scene.home).folder
        assert found
        return found

    def sign_for(self, scene: Scene, told: dict[str, Any]) -> None:
        says(scene, works=[told])

    def test_the_server_hears_a_count_and_a_commitment(self, scene: Scene) -> None:
        with tools(scene.home, scene.trainer) as made:
            turns(made, until=lambda: len(scene.server.heartbeats) > 2)
        (told,) = scene.server.works
        assert set(told) == {"commitment", "count"}
        assert told["count"] == 3

    def test_pictures_added_later_are_left_out(self, scene: Scene) -> None:
        with tools(scene.home, scene.trainer) as made:
            turns(made, until=lambda: scene.server.works)
        scene.server.open_round()
        self.sign_for(scene, scene.server.works[0])
        Image.new("RGB", (64, 64), "red").save(self.folder(scene) / "a red square.png")
        takes_part(scene)
        assert [example.path.name for example in scene.trainer.jobs[0].examples] == [
            f"blue square {number}.png" for number in range(3)
        ]
        with tools(scene.home, scene.trainer) as made:
            Agent(made).turn()
            assert "1 picture waits until you sign again" in made.board.now.sentence
            Image.new("RGB", (64, 64), "teal").save(self.folder(scene) / "a teal square.png")
            assert made.watch.look(self.folder(scene)).sentence == (
                "1 picture added. 1 picture waits until you sign again, for your works as they are now."
            )

    def test_another_folder_is_not_covered(self, scene: Scene, tmp_path: Path) -> None:
        scene.server.open_round()
        self.sign_for(scene, {"commitment": "sha256:" + "7" * 64, "count": 3})
        held(scene, "names other works")

    def test_nothing_left_of_what_she_signed_for(self, scene: Scene, tmp_path: Path) -> None:
        with tools(scene.home, scene.trainer) as made:
            turns(made, until=lambda: scene.server.works)
        scene.server.open_round()
        self.sign_for(scene, scene.server.works[0])
        for path in self.folder(scene).iterdir():
            path.unlink()
        Image.new("RGB", (64, 64), "red").save(self.folder(scene) / "a red square.png")
        held(scene, "names other works")

    def test_the_commitment_hides_its_works(self, scene: Scene) -> None:
        """Without the salt nobody can test a guess: two computers with equal folders commit to different values."""
        hashes = [digit * 64 for digit in "312"]
        state = State(scene.home)
        first, again = works.survey(state, hashes), works.survey(state, [*reversed(hashes), hashes[0]])
        state.close()
        assert first == again
        assert works.committed(first.hashes, bytes(32)) != first.commitment
