"""The agent says no: each thing that a hostile or mistaken server can do, by name, and nothing is sent."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import numpy as np
import pytest

from edge.paths import Home
from edge.rules import judge
from edge.tools import Tools
from federation.adapters import files, vector
from federation.adapters.spec import AdapterSpec
from federation.protocol import keys, manifest, roster
from federation.protocol.errors import Refusal
from federation.protocol.manifest import Previous, Training
from federation.protocol.roster import Roster
from tests.edge.agents import Trainer, enrolled, tools, turns
from tests.edge.played_round import GHOSTS
from tests.edge.played_server import DEVICE, PlayedServer, sha256
from tests.federation.protocol.terms import OTHER_KEY, SERVER_KEY, small_manifest

pytestmark = pytest.mark.filterwarnings("ignore::federation.protocol.warns.UnsafeSchemeWarning")


@dataclass
class Scene:
    """A server, an enrolled home and a trainer; `refused` lets the agent meet the round."""

    server: PlayedServer
    home: Home
    trainer: Trainer

    def refused(self, code: str, *, trained: bool = False, **rules: Any) -> str:
        """The agent's sentence, once it refused with that code; nothing but heartbeats and a drop may have left."""
        with tools(self.home, self.trainer, **rules) as made, _codes(made) as codes:
            turns(made, until=lambda: codes)
            sentence = made.board.now.sentence
        assert codes == [code]
        assert bool(self.trainer.jobs) == trained
        assert not self.server.seen("/messages/masked-input")
        assert self.home.receipts.exists() is False
        return sentence


@contextlib.contextmanager
def _codes(made: Tools) -> Iterator[list[str]]:
    """The codes of the refusals that end a round or the run."""
    found: list[str] = []
    from edge import agent, rounds

    give_up, trouble = rounds.Rounds._give_up, agent.Agent._trouble

    def giving_up(self: Any, round_id: UUID, refused: Refusal) -> None:
        found.append(refused.code)
        give_up(self, round_id, refused)

    def troubled(self: Any, refused: Refusal) -> float:
        found.append(refused.code)
        return trouble(self, refused)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rounds.Rounds, "_give_up", giving_up)
        patch.setattr(agent.Agent, "_trouble", troubled)
        yield found


@pytest.fixture
def scene(server: PlayedServer, home: Home) -> Scene:
    return Scene(server, home, Trainer())


def test_a_manifest_that_is_not_signed(scene: Scene) -> None:
    scene.server.open_round()
    scene.server.alter["manifest"] = lambda answer: {"manifest": answer["manifest"]}
    assert "no signature" in scene.refused("manifest-invalid")


def test_a_manifest_signed_by_another_key(scene: Scene) -> None:
    played = scene.server.open_round()
    scene.server.alter["manifest"] = lambda _: manifest.signed(played.manifest, OTHER_KEY)
    scene.refused("signature-invalid")


def test_a_manifest_changed_after_it_was_signed(scene: Scene) -> None:
    scene.server.open_round()
    scene.server.alter["manifest"] = lambda answer: {**answer, "manifest": {**answer["manifest"], "scale": 2}}
    scene.refused("signature-invalid")


def test_a_manifest_that_names_another_server_key(scene: Scene) -> None:
    scene.server.open_round(server_key=keys.to_b64url(keys.raw_public(OTHER_KEY)))
    with pytest.raises(Refusal, match=r"^server-key-changed:"):
        scene.refused("server-key-changed")


def test_the_manifest_of_another_round(scene: Scene) -> None:
    played = scene.server.open_round()
    other = small_manifest(round_id=uuid4(), server_key=played.manifest.server_key)
    scene.server.alter["manifest"] = lambda _: manifest.signed(other, SERVER_KEY)
    scene.refused("manifest-other-round")


def test_terms_that_changed_after_joining(scene: Scene) -> None:
    played = scene.server.open_round()
    with tools(scene.home, scene.trainer) as made:
        made.state.meet(played.manifest.round_id, played.manifest.campaign, bytes(32), 0)
    scene.refused("manifest-changed")


def test_a_round_id_seen_before(scene: Scene) -> None:
    played = scene.server.open_round()
    with tools(scene.home, scene.trainer) as made:
        turns(made, until=lambda: played.over)
        config, known = made.config, made.state.known(played.manifest.round_id)
    verdict = judge(played.manifest, played.manifest.round_id, config, known)
    assert (verdict.ok, verdict.code) == (False, "round-seen-before")
    played.over, played.mine = False, "invited"
    with tools(scene.home, scene.trainer) as made:
        turns(made, until=lambda: len(server_beats(scene)) > 3)
    assert len(scene.trainer.jobs) == 1
    assert len(scene.server.seen("/messages/masked-input")) == 1


def server_beats(scene: Scene) -> list[Any]:
    return scene.server.seen("heartbeat")


def test_a_scheme_that_hides_nothing_and_was_not_allowed(scene: Scene) -> None:
    scene.server.open_round()
    sentence = scene.refused("scheme-not-allowed", allow_unsafe_plain_sum=False)
    assert "rules --allow-unsafe-plain-sum" in sentence
    assert scene.server.round.drop_reason == "refused-by-agent"


def test_a_scheme_that_nobody_knows(scene: Scene) -> None:
    scene.server.open_round(scheme="TrustMe")
    scene.refused("scheme-unknown")


def test_a_cohort_below_the_artists_floor(scene: Scene) -> None:
    scene.server.open_round()
    assert "It allows 3, you accept 4." in scene.refused("cohort-under-floor", min_cohort=4)


def test_more_training_than_the_artist_accepts(scene: Scene) -> None:
    scene.server.open_round(training=Training(50, 2, "0.002", "0.1"))
    scene.refused("training-too-long", max_steps=49)


def test_a_training_that_takes_too_long(scene: Scene) -> None:
    scene.server.open_round()
    scene.refused("training-too-long", trained=True, max_minutes=0)


def test_a_base_that_was_not_accepted(scene: Scene) -> None:
    scene.server.open_round()
    scene.refused("base-not-accepted", bases=(f"sha256:{'00' * 32}",))


def test_a_base_whose_files_are_others(scene: Scene) -> None:
    scene.server.open_round()
    other = b"other weights"
    scene.server.blobs[sha256(other)] = other
    row = {"path": "unet/weights.safetensors", "sha256": sha256(other), "size": len(other)}
    scene.server.alter["base"] = lambda answer: {**answer, "files": [answer["files"][0], row]}
    scene.refused("base-hash-differs")


@pytest.mark.parametrize(
    "path",
    ["../../evil.json", "/etc/evil.json", "a/../b.json", "weights.bin", "run.py", "x.pkl", ".hidden.json", "a\\b.json",
     "model_index.json ", "a//b.json", "a\0.json", "con/" * 9 + "a.json"],
)  # fmt: skip
def test_a_base_with_a_file_that_is_never_loaded(scene: Scene, path: str) -> None:
    scene.server.open_round()
    row = {"path": path, "sha256": "00" * 32, "size": 1}
    scene.server.alter["base"] = lambda answer: {**answer, "files": [*answer["files"], row]}
    scene.refused("base-file-unsafe")


def test_a_base_larger_than_the_artist_accepts(scene: Scene) -> None:
    scene.server.open_round()
    row = {"path": "big.safetensors", "sha256": "00" * 32, "size": 10**12}
    scene.server.alter["base"] = lambda answer: {**answer, "files": [*answer["files"], row]}
    scene.refused("base-too-large")


def test_a_spec_that_is_not_the_one_named(scene: Scene) -> None:
    scene.server.open_round(spec_hash=f"sha256:{'11' * 32}")
    scene.refused("spec-invalid")


def test_a_spec_for_another_base(scene: Scene) -> None:
    other = AdapterSpec.from_json({**scene.server.spec.to_json(), "base": f"sha256:{'22' * 32}"})
    scene.server.open_round(spec=other.to_json(), spec_hash=other.hash())
    scene.refused("spec-invalid")


class TestVersions:
    def seen(self, scene: Scene, number: int, digest: str) -> None:
        played = scene.server.open_round()
        with tools(scene.home) as made:
            made.state.see_version(played.manifest.campaign, number, digest)

    def test_an_older_one_than_was_seen(self, scene: Scene) -> None:
        self.seen(scene, 5, "aa" * 32)
        scene.refused("version-does-not-follow")

    def test_another_hash_for_a_version_seen(self, scene: Scene) -> None:
        self.seen(scene, 0, "aa" * 32)
        scene.refused("version-does-not-follow")

    def test_a_version_whose_card_names_no_predecessor(self, scene: Scene) -> None:
        self.seen(scene, 0, sha256(scene.server.versions[0]))
        scene.server.publish(scene.server.versions[0])
        scene.server.open_round()
        scene.server.alter["version"] = lambda answer: {**answer, "card": {"previous": None}}
        scene.refused("version-does-not-follow")

    def test_a_round_from_a_version_that_was_never_published(self, scene: Scene) -> None:
        self.seen(scene, 0, sha256(scene.server.versions[0]))
        scene.server.publish(scene.server.versions[0])
        scene.server.open_round(previous=Previous(1, "bb" * 32))
        scene.refused("version-does-not-follow")

    def test_one_that_follows_is_taken(self, scene: Scene) -> None:
        self.seen(scene, 0, sha256(scene.server.versions[0]))
        tensors = vector.unflatten(np.ones(8, np.float32), scene.server.spec)
        scene.server.publish(files.dumps(tensors, scene.server.spec))
        played = scene.server.open_round()
        with tools(scene.home) as made:
            turns(made, until=lambda: played.over)


def test_a_version_file_of_another_shape(scene: Scene) -> None:
    bad = files.dumps(
        {"x": np.zeros(1, np.float32)}, AdapterSpec(**{**vars(scene.server.spec), "tensors": (("x", (1,)),)})
    )
    scene.server.publish(bad)
    scene.server.open_round()
    scene.refused("adapter-invalid")


def test_a_blob_that_is_not_the_one_asked_for(scene: Scene) -> None:
    scene.server.open_round()
    name = sha256(scene.server.versions[0])
    scene.server.blobs[name] = scene.server.versions[0][:-1] + b"x"
    scene.refused("download-hash-differs")


def test_a_blob_that_never_ends(scene: Scene) -> None:
    scene.server.open_round()
    name = sha256(scene.server.versions[0])
    scene.server.blobs[name] = bytes(files.size_limit(scene.server.spec) + 1)
    scene.refused("download-too-large")


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_an_update_that_is_not_finite(scene: Scene, bad: float) -> None:
    scene.server.open_round()
    scene.trainer.update = np.full(8, bad, np.float32)
    with tools(scene.home, scene.trainer) as made, _codes(made) as codes:
        turns(made, until=lambda: codes)
    assert codes == ["update-not-finite"]
    assert not scene.server.seen("/messages/masked-input")


def test_no_folder_and_an_empty_folder(scene: Scene, tmp_path: Path) -> None:
    for picture in (tmp_path / "works").iterdir():
        picture.unlink()
    scene.server.open_round()
    scene.refused("pictures-unusable")
    assert scene.server.round.drop_reason == "no-pictures"


class TestRosters:
    def refused(self, scene: Scene, code: str, **rules: Any) -> None:
        scene.refused(code, trained=True, **rules)
        assert not scene.server.seen("/messages/")

    def altered(self, scene: Scene, **changes: Any) -> None:
        played = scene.server.open_round()
        made = Roster(**{**vars(played.roster), **changes})
        scene.server.alter["roster"] = lambda _: roster.signed(made, SERVER_KEY)

    def test_not_signed(self, scene: Scene) -> None:
        scene.server.open_round()
        scene.server.alter["roster"] = lambda answer: {"roster": answer["roster"]}
        self.refused(scene, "roster-invalid")

    def test_signed_by_another_key(self, scene: Scene) -> None:
        played = scene.server.open_round()
        scene.server.alter["roster"] = lambda _: roster.signed(played.roster, OTHER_KEY)
        self.refused(scene, "signature-invalid")

    def test_without_this_device(self, scene: Scene) -> None:
        played = scene.server.open_round()
        others = {device: key for device, key in played.roster.keys.items() if device != DEVICE}
        self.altered(scene, keys={**others, uuid4(): bytes(31) + b"\x01"})
        self.refused(scene, "own-key-missing")

    def test_with_another_key_for_this_device(self, scene: Scene) -> None:
        played = scene.server.open_round()
        self.altered(scene, keys={**played.roster.keys, DEVICE: keys.raw_public(OTHER_KEY)})
        self.refused(scene, "own-key-changed")

    def test_with_two_equal_keys(self, scene: Scene) -> None:
        played = scene.server.open_round()
        self.altered(scene, keys={**played.roster.keys, uuid4(): played.roster.keys[DEVICE]})
        self.refused(scene, "roster-equal-keys")

    def test_under_the_artists_floor(self, scene: Scene) -> None:
        played = scene.server.open_round()
        self.altered(scene, keys={device: played.roster.keys[device] for device in (DEVICE, GHOSTS[0])})
        self.refused(scene, "roster-under-floor")

    def test_of_another_round(self, scene: Scene) -> None:
        self.altered(scene, round_id=uuid4())
        self.refused(scene, "roster-other-round")

    def test_for_other_terms(self, scene: Scene) -> None:
        self.altered(scene, manifest_hash=bytes(32))
        self.refused(scene, "roster-other-round")


def test_a_server_with_another_key_ends_the_run(scene: Scene) -> None:
    from edge.agent import Agent

    scene.server.alter["server"] = lambda answer: {
        **answer,
        "server_key": keys.to_b64url(keys.raw_public(OTHER_KEY)),
    }
    with tools(scene.home) as made, pytest.raises(Refusal, match=r"^server-key-changed:"):
        Agent(made).run()
    assert not scene.server.seen("heartbeat")


def test_two_homes_do_not_share_anything(server: PlayedServer, tmp_path: Path) -> None:
    homes = [enrolled(server, tmp_path / name) for name in ("alice", "bob")]
    assert homes[0].key.read_bytes() != homes[1].key.read_bytes()
