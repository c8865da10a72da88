"""The agent says no: each thing that a hostile or mistaken server can do, by name, and nothing is sent."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import pytest

from edge.rules import judge
from federation.adapters.spec import AdapterSpec
from federation.protocol import keys, manifest
from federation.protocol.errors import Refusal
from federation.protocol.manifest import Training
from tests.edge.agents import enrolled, tools, turns
from tests.edge.played_server import PlayedServer, sha256
from tests.edge.scene import Scene, codes_of
from tests.federation.protocol.terms import OTHER_KEY, SERVER_KEY, small_manifest

pytestmark = pytest.mark.filterwarnings("ignore::federation.protocol.warns.UnsafeSchemeWarning")


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
    scene.server.open_round(scheme="UnsafePlainSum")
    sentence = scene.refused("scheme-not-allowed")
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


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_an_update_that_is_not_finite(scene: Scene, bad: float) -> None:
    scene.server.open_round()
    scene.trainer.update = np.full(8, bad, np.float32)
    with tools(scene.home, scene.trainer) as made, codes_of() as codes:
        turns(made, until=lambda: codes)
    assert codes == ["update-not-finite"]
    assert not scene.server.seen("/messages/masked-input")


def test_no_folder_and_an_empty_folder(scene: Scene, tmp_path: Path) -> None:
    for picture in (tmp_path / "works").iterdir():
        picture.unlink()
    scene.server.open_round()
    scene.refused("pictures-unusable")
    assert scene.server.round.drop_reason == "no-pictures"


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
