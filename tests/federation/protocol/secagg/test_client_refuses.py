"""A device refuses, by name: each thing that a wrong or lying server could show it, before anything is given."""

import os
from uuid import UUID

import numpy as np
import pytest

from federation.protocol import wire
from federation.protocol.params import quorum as params_quorum
from federation.protocol.secagg import bodies, derive
from federation.protocol.steps import Step
from tests.federation.protocol.rounds import device_key
from tests.federation.protocol.secagg.scene import (
    DEVICES,
    ONE,
    STRANGER,
    THREE,
    TWO,
    UPDATES,
    advertised,
    advertisements,
    inbox,
    lists,
    played_to,
    quorum,
    refused,
    signatures,
)


def forged(played: object, device: UUID, by: UUID, **keys: bytes) -> bytes:
    """An advertisement for `device` with chosen keys, signed by the device key of `by`."""
    bound = derive.binding(played.params, played.roster)  # type: ignore[attr-defined]
    fresh = {name: os.urandom(32) for name in ("seal_key", "mask_key", "commitment")}
    made = bodies.sign_advertisement(device_key(by), bound, device, **{**fresh, **keys})
    return made.pack()


class TestAtShareKeys:
    def test_a_roster_under_its_floor(self) -> None:
        played = played_to(Step.SHARE_KEYS)
        few = {device: advertisements(played)[device] for device in DEVICES[:2]}
        with refused("list-under-threshold"):
            played.clients[ONE].share_keys(advertised(played, few))

    def test_a_list_without_itself(self) -> None:
        played = played_to(Step.SHARE_KEYS)
        rows = advertisements(played)
        del rows[ONE]
        with refused("own-device-missing"):
            played.clients[ONE].share_keys(advertised(played, rows))

    def test_its_own_round_keys_changed(self) -> None:
        played = played_to(Step.SHARE_KEYS)
        rows = advertisements(played) | {ONE: forged(played, ONE, ONE)}
        with refused("own-round-keys-changed"):
            played.clients[ONE].share_keys(advertised(played, rows))

    def test_round_keys_that_their_device_did_not_sign(self) -> None:
        """The man in the middle: keys of the server's own under another device's name."""
        played = played_to(Step.SHARE_KEYS)
        rows = advertisements(played) | {TWO: forged(played, TWO, STRANGER)}
        with refused("round-keys-unsigned"):
            played.clients[ONE].share_keys(advertised(played, rows))

    def test_round_keys_of_another_round(self) -> None:
        played = played_to(Step.SHARE_KEYS)
        other = played_to(Step.SHARE_KEYS, round_id=STRANGER)
        rows = advertisements(played) | {TWO: advertisements(other)[TWO]}
        with refused("round-keys-unsigned"):
            played.clients[ONE].share_keys(advertised(played, rows))

    def test_round_keys_made_under_other_terms(self) -> None:
        played = played_to(Step.SHARE_KEYS)
        other = played_to(Step.SHARE_KEYS, manifest_hash=bytes(32))
        rows = advertisements(played) | {TWO: advertisements(other)[TWO]}
        with refused("round-keys-unsigned"):
            played.clients[ONE].share_keys(advertised(played, rows))

    def test_round_keys_made_for_another_roster(self) -> None:
        """Two rosters, each signed by the server: whoever was shown the other one does not fit."""
        played = played_to(Step.SHARE_KEYS)
        other = played_to(Step.SHARE_KEYS, devices=(*DEVICES, STRANGER))
        rows = advertisements(played) | {TWO: advertisements(other)[TWO]}
        with refused("round-keys-unsigned"):
            played.clients[ONE].share_keys(advertised(played, rows))

    def test_equal_keys_of_two_devices(self) -> None:
        """A copied key, under a signature that holds."""
        played = played_to(Step.SHARE_KEYS)
        copied = advertisements(played)[THREE][32:64]
        rows = advertisements(played) | {TWO: forged(played, TWO, TWO, mask_key=copied)}
        with refused("round-keys-equal"):
            played.clients[ONE].share_keys(advertised(played, rows))

    def test_equal_keys_of_one_device(self) -> None:
        played = played_to(Step.SHARE_KEYS)
        rows = advertisements(played) | {
            TWO: forged(played, TWO, TWO, mask_key=b"\7" * 32, seal_key=b"\7" * 32)
        }
        with refused("round-keys-equal"):
            played.clients[ONE].share_keys(advertised(played, rows))

    @pytest.mark.parametrize("point", [0, 1, 2**255 - 19 - 1, 2**255 - 19, 2**255 - 19 + 1])
    def test_a_weak_key(self, point: int) -> None:
        played = played_to(Step.SHARE_KEYS)
        rows = advertisements(played) | {TWO: forged(played, TWO, TWO, mask_key=point.to_bytes(32, "little"))}
        with refused("round-key-weak"):
            played.clients[ONE].share_keys(advertised(played, rows))

    def test_a_device_that_is_not_on_the_roster(self) -> None:
        played = played_to(Step.SHARE_KEYS)
        rows = advertisements(played) | {STRANGER: forged(played, STRANGER, STRANGER)}
        with refused("list-grew"):
            played.clients[ONE].share_keys(advertised(played, rows))


class TestAtMaskedInput:
    def test_a_share_from_a_stranger(self) -> None:
        played = played_to(Step.MASKED_INPUT)
        body = wire.pack_devices((*DEVICES, STRANGER)) + bytes(82 * 5)
        with refused("share-from-stranger"):
            played.clients[ONE].masked_input(inbox(played, Step.MASKED_INPUT, body), UPDATES[ONE])

    def test_a_share_that_its_sender_did_not_make(self) -> None:
        played = played_to(Step.MASKED_INPUT)
        good = bytearray(played.inbox(Step.MASKED_INPUT, ONE))
        good[-1] ^= 1
        with refused("share-not-authentic"):
            played.clients[ONE].masked_input(bytes(good), UPDATES[ONE])

    def test_the_shares_of_two_senders_swapped(self) -> None:
        played = played_to(Step.MASKED_INPUT)
        good = played.inbox(Step.MASKED_INPUT, ONE)
        swapped = good[:-164] + good[-82:] + good[-164:-82]
        with refused("share-not-authentic"):
            played.clients[ONE].masked_input(swapped, UPDATES[ONE])

    def test_the_shares_for_another_device(self) -> None:
        played = played_to(Step.MASKED_INPUT)
        with refused("share-not-authentic"):
            played.clients[ONE].masked_input(played.inbox(Step.MASKED_INPUT, TWO), UPDATES[ONE])

    def test_the_shares_of_another_round(self) -> None:
        played, other = played_to(Step.MASKED_INPUT), played_to(Step.MASKED_INPUT)
        with refused("share-not-authentic"):
            played.clients[ONE].masked_input(other.inbox(Step.MASKED_INPUT, ONE), UPDATES[ONE])

    def test_a_share_too_few(self) -> None:
        played = played_to(Step.MASKED_INPUT)
        good = played.inbox(Step.MASKED_INPUT, ONE)[wire.HEADER.size :]
        with refused("message-wrong-length"):
            played.clients[ONE].masked_input(inbox(played, Step.MASKED_INPUT, good[:-82]), UPDATES[ONE])

    def test_too_few_who_shared(self) -> None:
        played = played_to(Step.MASKED_INPUT)
        body = wire.pack_devices(DEVICES[:2]) + bytes(82)
        with refused("list-under-threshold"):
            played.clients[ONE].masked_input(inbox(played, Step.MASKED_INPUT, body), UPDATES[ONE])

    def test_itself_missing(self) -> None:
        played = played_to(Step.MASKED_INPUT)
        body = wire.pack_devices(DEVICES[1:]) + bytes(82 * 4)
        with refused("own-device-missing"):
            played.clients[ONE].masked_input(inbox(played, Step.MASKED_INPUT, body), UPDATES[ONE])

    def test_an_update_that_is_not_finite_and_may_then_try_again(self) -> None:
        played = played_to(Step.MASKED_INPUT)
        there = played.inbox(Step.MASKED_INPUT, ONE)
        with refused("update-not-finite"):
            played.clients[ONE].masked_input(there, np.full(8, np.inf))
        played.clients[ONE].masked_input(there, UPDATES[ONE])


class TestAtConsistency:
    def test_overlapping_survivor_and_dropout_lists(self) -> None:
        played = played_to(Step.CONSISTENCY)
        with refused("lists-overlap"):
            played.clients[ONE].confirm(lists(played, DEVICES, [TWO]))

    def test_a_survivor_list_under_its_floor(self) -> None:
        played = played_to(Step.CONSISTENCY)
        with refused("list-under-threshold"):
            played.clients[ONE].confirm(lists(played, DEVICES[:2], DEVICES[2:]))

    def test_a_device_on_neither_list(self) -> None:
        played = played_to(Step.CONSISTENCY)
        with refused("lists-incomplete"):
            played.clients[ONE].confirm(lists(played, DEVICES[:4], []))

    def test_a_survivor_that_never_shared(self) -> None:
        played = played_to(Step.CONSISTENCY)
        with refused("list-grew"):
            played.clients[ONE].confirm(lists(played, (*DEVICES[:4], STRANGER), [DEVICES[4]]))

    def test_itself_among_the_dropped(self) -> None:
        played = played_to(Step.CONSISTENCY)
        with refused("own-device-missing"):
            played.clients[ONE].confirm(lists(played, DEVICES[1:], [ONE]))

    def test_a_second_list(self) -> None:
        played = played_to(Step.CONSISTENCY)
        played.clients[ONE].confirm(lists(played, DEVICES, []))
        with refused("step-out-of-order"):
            played.clients[ONE].confirm(lists(played, DEVICES[:4], [DEVICES[4]]))


class TestAtUnmask:
    def test_a_second_unmask(self) -> None:
        played = played_to(Step.UNMASK)
        played.clients[ONE].unmask(played.inbox(Step.UNMASK, ONE))
        with refused("unmask-twice"):
            played.clients[ONE].unmask(played.inbox(Step.UNMASK, ONE))

    def test_no_quorum(self) -> None:
        played = played_to(Step.UNMASK)
        few = params_quorum(len(DEVICES)) - 1
        with refused("quorum-missing"):
            played.clients[ONE].unmask(quorum(played, signatures(played, DEVICES[:few])))

    def test_a_signature_over_another_list(self) -> None:
        played, other = played_to(Step.UNMASK), played_to(Step.CONSISTENCY)
        rows = signatures(played) | {
            TWO: other.clients[TWO].confirm(lists(other, DEVICES[:4], [DEVICES[4]]))[wire.HEADER.size :]
        }
        with refused("quorum-signature"):
            played.clients[ONE].unmask(quorum(played, rows))

    def test_a_signature_of_a_device_that_dropped_out(self) -> None:
        played = played_to(Step.MASKED_INPUT)
        played.send(DEVICES[:4], UPDATES)
        played.confirm(DEVICES[:4])
        rows = signatures(played, DEVICES[:4]) | {DEVICES[4]: bytes(64)}
        with refused("list-grew"):
            played.clients[ONE].unmask(quorum(played, rows))

    def test_the_same_signature_under_every_name(self) -> None:
        played = played_to(Step.UNMASK)
        rows = dict.fromkeys(DEVICES, signatures(played)[ONE])
        with refused("quorum-signature"):
            played.clients[ONE].unmask(quorum(played, rows))
