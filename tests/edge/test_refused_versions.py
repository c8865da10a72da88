"""Versions and files that the agent refuses, by name; nothing is sent to the round."""

import numpy as np
import pytest

from federation.adapters import files, vector
from federation.adapters.spec import AdapterSpec
from federation.protocol.manifest import Previous
from tests.edge.agents import tools, turns
from tests.edge.played_server import sha256
from tests.edge.scene import Scene

pytestmark = pytest.mark.filterwarnings("ignore::federation.protocol.warns.UnsafeSchemeWarning")


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
