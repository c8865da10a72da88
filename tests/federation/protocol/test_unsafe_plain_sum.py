"""UnsafePlainSum through its five steps: the mean, dropouts at every stage, and each refusal by name."""

import json
import os
from dataclasses import replace

import numpy as np
import pytest

from federation.protocol import wire
from federation.protocol.errors import Refusal
from federation.protocol.schemes import SCHEMES, scheme
from federation.protocol.sessions import ClientContext
from federation.protocol.steps import Step
from federation.protocol.warns import UnsafeSchemeWarning
from tests.federation.protocol.rounds import DEVICES, STRANGER, PlayedRound, device_key, small_params

pytestmark = pytest.mark.filterwarnings("ignore::federation.protocol.warns.UnsafeSchemeWarning")
UPDATES = {device: np.full(8, 0.05 * at) for at, device in enumerate(DEVICES)}


def refused(code: str) -> "pytest.RaisesExc[Refusal]":
    return pytest.raises(Refusal, match=rf"^{code}:")


@pytest.mark.parametrize(
    ("advertised", "shared", "sent", "confirmed", "unmasked"),
    [(5, 5, 5, 5, 5), (5, 4, 3, 3, 3), (4, 4, 4, 4, 3), (5, 5, 5, 3, 3)],
)
def test_a_round_gives_the_mean_of_the_survivors(
    advertised: int, shared: int, sent: int, confirmed: int, unmasked: int
) -> None:
    played = PlayedRound(small_params())
    played.advertise(DEVICES[:advertised])
    played.share(DEVICES[:shared])
    played.send(DEVICES[:sent], UPDATES)
    played.confirm(DEVICES[:confirmed])
    played.unmask(DEVICES[:unmasked])
    survivors = played.server.survivors(played.state)
    mean = played.mean()
    assert survivors == DEVICES[:sent]
    expected = np.mean([UPDATES[device] for device in survivors], axis=0)
    assert mean.dtype == np.float64
    np.testing.assert_allclose(mean, expected, atol=1 / 1024)


def test_the_state_is_plain_json() -> None:
    played = PlayedRound(small_params())
    played.advertise(DEVICES)
    played.state = json.loads(json.dumps(played.state))
    played.share(DEVICES)
    assert played.state["next"] == "masked-input"


def test_a_restarted_client_goes_on_where_it_was() -> None:
    played = PlayedRound(small_params())
    played.advertise(DEVICES)
    played.share(DEVICES)
    kept = json.loads(json.dumps(played.clients[DEVICES[0]].snapshot()))
    again = played.client(DEVICES[0], 1, kept)
    with refused("step-out-of-order"):
        again.advertise_keys()
    again.masked_input(played.inbox(Step.MASKED_INPUT, DEVICES[0]), UPDATES[DEVICES[0]])
    with refused("step-out-of-order"):
        again.masked_input(played.inbox(Step.MASKED_INPUT, DEVICES[0]), UPDATES[DEVICES[0]])


@pytest.mark.filterwarnings("default")
def test_both_sides_warn_that_nothing_is_hidden() -> None:
    plain = scheme("UnsafePlainSum")
    with pytest.warns(UnsafeSchemeWarning, match="hides nothing"):
        plain.server(small_params())
    context = ClientContext(device_key(DEVICES[0]), {}, os.urandom)
    with pytest.warns(UnsafeSchemeWarning, match="hides nothing"):
        plain.client(small_params(), DEVICES[0], np.random.default_rng(0), None, context)
    assert not plain.safe
    assert all(one.safe or one.name.startswith("Unsafe") for one in SCHEMES.values())


class TestTheClientRefuses:
    def test_a_step_twice(self) -> None:
        played = PlayedRound(small_params())
        played.advertise(DEVICES)
        with refused("step-out-of-order"):
            played.clients[DEVICES[0]].advertise_keys()

    def test_a_step_too_early(self) -> None:
        played = PlayedRound(small_params())
        with refused("step-out-of-order"):
            played.clients[DEVICES[0]].unmask(b"")

    def test_a_list_without_itself(self) -> None:
        played = PlayedRound(small_params())
        played.advertise(DEVICES)
        with refused("own-device-missing"):
            played.clients[DEVICES[0]].share_keys(self.listed(played, Step.SHARE_KEYS, DEVICES[1:]))

    def test_a_list_under_the_floor(self) -> None:
        played = PlayedRound(small_params())
        played.advertise(DEVICES)
        with refused("list-under-threshold"):
            played.clients[DEVICES[0]].share_keys(self.listed(played, Step.SHARE_KEYS, DEVICES[:2]))

    def test_survivors_under_the_threshold(self) -> None:
        played = PlayedRound(small_params())
        played.advertise(DEVICES)
        played.share(DEVICES)
        played.send(DEVICES, UPDATES)
        with refused("list-under-threshold"):
            played.clients[DEVICES[0]].confirm(self.listed(played, Step.CONSISTENCY, DEVICES[:2]))

    def test_a_list_that_grew(self) -> None:
        played = PlayedRound(small_params())
        played.advertise(DEVICES)
        played.share(DEVICES)
        with refused("list-grew"):
            played.clients[DEVICES[0]].masked_input(
                self.listed(played, Step.MASKED_INPUT, (*DEVICES, STRANGER)), UPDATES[DEVICES[0]]
            )

    def test_an_update_that_is_not_finite_and_may_then_try_again(self) -> None:
        played = PlayedRound(small_params())
        played.advertise(DEVICES)
        played.share(DEVICES)
        inbox = played.inbox(Step.MASKED_INPUT, DEVICES[0])
        with refused("update-not-finite"):
            played.clients[DEVICES[0]].masked_input(inbox, np.full(8, np.nan))
        played.clients[DEVICES[0]].masked_input(inbox, UPDATES[DEVICES[0]])

    def test_lists_of_another_round_or_other_terms(self) -> None:
        played = PlayedRound(small_params())
        played.advertise(DEVICES)
        body = wire.pack_devices(DEVICES)
        for changed, code in (
            (replace(played.params, round_id=STRANGER), "message-wrong-round"),
            (replace(played.params, manifest_hash=bytes(32)), "message-wrong-manifest"),
        ):
            with refused(code):
                played.clients[DEVICES[0]].share_keys(wire.pack(changed, Step.SHARE_KEYS, wire.SERVER, body))

    @staticmethod
    def listed(played: PlayedRound, step: Step, devices: tuple) -> bytes:
        """The list that a server could show for that step, whatever its state says."""
        return wire.pack(played.params, step, wire.SERVER, wire.pack_devices(devices))


class TestTheServerRefuses:
    def test_a_stranger(self) -> None:
        played = PlayedRound(small_params())
        message = wire.pack(played.params, Step.ADVERTISE_KEYS, STRANGER, b"")
        with refused("own-device-missing"):
            played.server.accept(played.state, Step.ADVERTISE_KEYS, STRANGER, message)

    def test_a_message_in_another_name(self) -> None:
        played = PlayedRound(small_params())
        message = played.clients[DEVICES[0]].advertise_keys()
        with refused("message-wrong-sender"):
            played.server.accept(played.state, Step.ADVERTISE_KEYS, DEVICES[1], message)

    def test_a_step_that_is_not_open(self) -> None:
        played = PlayedRound(small_params())
        with refused("step-out-of-order"):
            played.server.accept(played.state, Step.UNMASK, DEVICES[0], b"")

    def test_a_body_where_none_belongs(self) -> None:
        played = PlayedRound(small_params())
        message = wire.pack(played.params, Step.ADVERTISE_KEYS, DEVICES[0], b"x")
        with refused("message-wrong-length"):
            played.server.accept(played.state, Step.ADVERTISE_KEYS, DEVICES[0], message)

    def test_the_hash_of_another_list(self) -> None:
        played = PlayedRound(small_params())
        played.advertise(DEVICES)
        message = wire.pack(played.params, Step.SHARE_KEYS, DEVICES[0], bytes(32))
        with refused("list-differs"):
            played.server.accept(played.state, Step.SHARE_KEYS, DEVICES[0], message)

    @pytest.mark.parametrize(
        ("vector", "code"),
        [
            (np.zeros(7, np.uint32), "vector-wrong-length"),
            (np.full(8, 2**31, np.uint32), "vector-over-clip"),
            (np.full(8, 2000, np.uint32), "vector-over-clip"),
        ],
    )
    def test_a_vector_that_no_honest_device_sends(self, vector: np.ndarray, code: str) -> None:
        played = PlayedRound(small_params())
        played.advertise(DEVICES)
        played.share(DEVICES)
        message = wire.pack(played.params, Step.MASKED_INPUT, DEVICES[0], *wire.pack_vector(vector))
        with refused(code):
            played.server.accept(played.state, Step.MASKED_INPUT, DEVICES[0], message)

    def test_a_cohort_under_its_floor(self) -> None:
        with refused("list-under-threshold"):
            PlayedRound(small_params(), DEVICES[:2])

    def test_too_few_left(self) -> None:
        played = PlayedRound(small_params())
        played.advertise(DEVICES)
        with refused("list-under-threshold"):
            played.share(DEVICES[:2])

    def test_an_early_end(self) -> None:
        played = PlayedRound(small_params())
        with refused("step-out-of-order"):
            played.server.finish(played.state, np.zeros(8, np.uint32))
        with refused("stage-not-yet"):
            played.server.survivors(played.state)
        with refused("stage-not-yet"):
            played.inbox(Step.SHARE_KEYS, DEVICES[0])

    def test_answers_that_nobody_was_asked_for(self) -> None:
        played = PlayedRound(small_params())
        with refused("list-grew"):
            played.server.close(
                played.state, Step.ADVERTISE_KEYS, {device: {} for device in (*DEVICES, STRANGER)}
            )

    def test_a_sum_larger_than_its_parts(self) -> None:
        played = PlayedRound(small_params())
        played.advertise(DEVICES)
        played.share(DEVICES)
        played.send(DEVICES, UPDATES)
        played.confirm(DEVICES)
        played.unmask(DEVICES)
        with refused("sum-out-of-range"):
            played.server.finish(played.state, np.full(8, 2**31, np.uint32))

    def test_every_message_fits_its_limit_exactly_or_less(self) -> None:
        played = PlayedRound(small_params())
        sent = [played.advertise(DEVICES), played.share(DEVICES), played.send(DEVICES, UPDATES)]
        sent += [played.confirm(DEVICES), played.unmask(DEVICES)]
        for step, messages in zip(Step, sent, strict=True):
            assert {len(message) for message in messages.values()} == {played.server.message_limit(step)}
