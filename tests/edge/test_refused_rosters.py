"""Rosters that the agent refuses, by name; nothing is sent to the round."""

from typing import Any
from uuid import uuid4

import pytest

from federation.protocol import keys, roster
from federation.protocol.roster import Roster
from tests.edge.played_round import GHOSTS
from tests.edge.played_server import DEVICE
from tests.edge.scene import Scene
from tests.federation.protocol.terms import OTHER_KEY, SERVER_KEY

pytestmark = pytest.mark.filterwarnings("ignore::federation.protocol.warns.UnsafeSchemeWarning")


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
