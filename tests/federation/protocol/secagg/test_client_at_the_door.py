"""A device refuses inboxes of another round, steps out of order, and terms under which nothing would be safe."""

import os
from dataclasses import replace

import numpy as np
import pytest

from federation.protocol import wire
from federation.protocol.secagg import cohort
from federation.protocol.sessions import ClientContext
from federation.protocol.steps import Step
from tests.federation.protocol.rounds import device_key, small_params
from tests.federation.protocol.secagg.scene import ONE, STRANGER, UPDATES, played_to, refused


class TestAtTheDoor:
    @pytest.mark.parametrize("step", list(Step)[1:])
    def test_an_inbox_of_another_round_or_of_other_terms(self, step: Step) -> None:
        played = played_to(step)
        good = played.inbox(step, ONE)[wire.HEADER.size :]
        acts = {
            Step.SHARE_KEYS: played.clients[ONE].share_keys,
            Step.MASKED_INPUT: lambda data: played.clients[ONE].masked_input(data, UPDATES[ONE]),
            Step.CONSISTENCY: played.clients[ONE].confirm,
            Step.UNMASK: played.clients[ONE].unmask,
        }
        for changed, code in (
            (replace(played.params, round_id=STRANGER), "message-wrong-round"),
            (replace(played.params, manifest_hash=bytes(32)), "message-wrong-manifest"),
        ):
            with refused(code):
                acts[step](wire.pack(changed, step, wire.SERVER, good))
        acts[step](wire.pack(played.params, step, wire.SERVER, good))  # nothing was used up

    def test_a_step_out_of_order(self) -> None:
        played = played_to(Step.SHARE_KEYS)
        with refused("step-out-of-order"):
            played.clients[ONE].advertise_keys()
        with refused("step-out-of-order"):
            played.clients[ONE].confirm(b"")
        with refused("step-out-of-order"):
            played.clients[ONE].unmask(b"")

    @pytest.mark.parametrize(("smallest", "threshold"), [(10, 5), (20, 11), (3, 1)])
    def test_a_threshold_not_above_its_bound(self, smallest: int, threshold: int) -> None:
        """Not above (1 + gamma) N / 2, for the smallest cohort."""
        with refused("params-threshold"):
            small_params(min_cohort=smallest, threshold=threshold).validate()

    def test_a_larger_cohort_raises_the_threshold(self) -> None:
        """The manifest's threshold is a floor; the roster that was drawn decides."""
        assert cohort.floor(small_params(), 5) == 3
        assert cohort.floor(small_params(), 100) == 56
        assert cohort.floor(small_params(threshold=3), 3) == 3

    def test_a_sum_that_could_wrap(self) -> None:
        with refused("params-sum-could-wrap"):
            small_params(scale=1 << 22).validate()

    def test_a_roster_with_another_key_for_this_device(self) -> None:
        played = played_to(Step.ADVERTISE_KEYS)
        context = ClientContext(device_key(STRANGER), played.roster, os.urandom)
        with refused("own-device-missing"):
            played.scheme.client(played.params, ONE, np.random.default_rng(0), None, context)

    def test_another_roster_after_a_restart(self) -> None:
        """What was begun under one signed roster does not go on under another."""
        played = played_to(Step.SHARE_KEYS)
        kept = played.clients[ONE].snapshot()
        played.roster = {**played.roster, STRANGER: os.urandom(32)}
        with refused("roster-changed"):
            played.client(ONE, 0, kept)
