"""A server that lies, replays and plays devices against each other gets nothing; whole attacks, each by its name."""

from collections.abc import Iterable
from uuid import UUID

import numpy as np

from federation.protocol import ring, wire
from federation.protocol.params import quorum
from federation.protocol.secagg import bodies, cohort, derive, prg, shamir
from federation.protocol.steps import Step
from tests.federation.protocol.rounds import PlayedRound, device_key
from tests.federation.protocol.secagg.scene import (
    DEVICES,
    ONE,
    TWO,
    UPDATES,
    advertised,
    advertisements,
    inbox,
    lists,
    played_to,
    refused,
    signatures,
)
from tests.federation.protocol.secagg.scene import quorum as quorum_inbox

FIRST, SECOND = DEVICES[:3], DEVICES[2:]


def confirmations(played: PlayedRound, who: Iterable[UUID], survivors: tuple[UUID, ...]) -> dict[UUID, bytes]:
    """What these devices sign when they are shown that list."""
    dropped = [device for device in DEVICES if device not in survivors]
    return {d: played.clients[d].confirm(lists(played, survivors, dropped))[wire.HEADER.size :] for d in who}


class TestTwoDifferentSurvivorLists:
    def test_no_two_lists_reach_a_quorum(self) -> None:
        """Half of the devices is shown one list, half another: neither half is a quorum, so nobody gives a share."""
        played = played_to(Step.CONSISTENCY)
        ours = confirmations(played, FIRST[:2], DEVICES[:4])
        theirs = confirmations(played, SECOND[1:], DEVICES[1:])
        assert max(len(ours), len(theirs)) < quorum(len(DEVICES))
        both = {**ours, **theirs}
        for device, rows, survivors in (
            (FIRST[0], ours, DEVICES[:4]),
            (SECOND[1], theirs, DEVICES[1:]),
        ):
            with refused("quorum-missing"):
                played.clients[device].unmask(quorum_inbox(played, rows))
            mixed = {signer: both[signer] for signer in survivors if signer in both}
            with refused("quorum-signature"):
                played.clients[device].unmask(quorum_inbox(played, mixed))

    def test_any_two_quorums_have_an_honest_device_in_common(self) -> None:
        """Whatever the roster, while at most a tenth of it is with the server."""
        for count in range(2, 1025):
            assert 2 * quorum(count) - count > count // 10

    def test_both_secrets_of_one_device_need_more_shares_than_there_are(self) -> None:
        """A share of the seed and a share of the key never come from the same honest holder."""
        for count in range(2, 513):
            assert 2 * quorum(count) > count + count // 10


class TestReplays:
    def test_the_confirmations_of_another_round(self) -> None:
        played, other = played_to(Step.UNMASK), played_to(Step.UNMASK)
        with refused("quorum-signature"):
            played.clients[ONE].unmask(quorum_inbox(played, signatures(other)))

    def test_the_advertisements_of_another_round(self) -> None:
        played, other = played_to(Step.SHARE_KEYS), played_to(Step.SHARE_KEYS, round_id=UUID(int=5))
        rows = {**advertisements(other), ONE: advertisements(played)[ONE]}
        with refused("round-keys-unsigned"):
            played.clients[ONE].share_keys(advertised(played, rows))

    def test_a_whole_inbox_of_another_round(self) -> None:
        played, other = played_to(Step.MASKED_INPUT), played_to(Step.MASKED_INPUT, round_id=UUID(int=5))
        with refused("message-wrong-round"):
            played.clients[ONE].masked_input(other.inbox(Step.MASKED_INPUT, ONE), UPDATES[ONE])


def test_different_advertisements_to_different_devices_open_no_share() -> None:
    """Device ONE is shown a list without the last device: what it seals opens for nobody who saw the whole list."""
    played = played_to(Step.SHARE_KEYS)
    fewer = {d: one for d, one in advertisements(played).items() if d != DEVICES[4]}
    odd = played.client(ONE, 0, played.clients[ONE].snapshot())
    odd.share_keys(advertised(played, fewer))
    played.share(DEVICES)  # the others, and what the server makes of ONE elsewhere, over the whole list
    sealed = played.inbox(Step.MASKED_INPUT, ONE)[-4 * 82 : -82]
    body = wire.pack_devices(DEVICES[:4]) + sealed
    with refused("share-not-authentic"):
        odd.masked_input(inbox(played, Step.MASKED_INPUT, body), UPDATES[ONE])


def test_terms_shown_to_one_device_only_fit_nobody_else() -> None:
    """Another manifest means another binding: advertisement, seals and masks all differ."""
    played, other = played_to(Step.SHARE_KEYS), played_to(Step.SHARE_KEYS, manifest_hash=bytes(32))
    assert derive.binding(played.params, played.roster) != derive.binding(other.params, other.roster)


class TestWhatTheServerHolds:
    """Honest but curious: everything that the server stores and relays does not tell one input."""

    def test_the_same_input_gives_unrelated_vectors(self) -> None:
        """Every round has fresh masks: two vectors of one device differ by what looks like the uniform ring."""
        runs = [played_to(Step.CONSISTENCY, length=8).sent[Step.MASKED_INPUT][ONE][-32:] for _ in range(40)]
        values = np.frombuffer(b"".join(runs), "<u4")
        assert len(set(values.tolist())) == values.size
        assert 0.3 < float(np.mean(values >> 31)) < 0.7

    def test_every_input_explains_what_the_server_has(self) -> None:
        """Without one survivor's seed, each other input has a mask with which the server would have seen the same.

        The server knows everything but ONE's self-mask: it can take off all pair masks, and is left with
        input + mask, where the mask is the keystream of a key that no message holds fewer than a threshold of.
        """
        played = played_to(Step.CONSISTENCY)
        masked = np.frombuffer(played.sent[Step.MASKED_INPUT][ONE][-32:], "<u4")
        memory = played.clients[ONE]._memory
        secrets = played.clients[ONE]._secrets()
        pairs = []
        for other in DEVICES[1:]:
            common = derive.agree(secrets.mask_key, memory.mask_key(other))
            key = derive.pair_mask(common, played.clients[ONE]._bound, memory.gathered, ONE, other)
            pairs.append(prg.Mask(key, add=ONE.bytes > other.bytes))
        left = prg.apply(masked.copy(), pairs)
        own = prg.elements(derive.self_mask(secrets.self_seed, played.clients[ONE]._bound, ONE), 8)
        whole = ring.centred(left - own)
        assert np.abs(whole).max() <= 11  # only with the seed it is the input: 0.01 x 1024, rounded
        assert np.abs(ring.centred(left)).max() > 1 << 20

    def test_a_threshold_less_one_of_shares_fits_every_secret(self) -> None:
        """For any other secret there is a last share that makes the same others consistent."""
        least = cohort.floor(played_to(Step.ADVERTISE_KEYS).params, len(DEVICES))
        points = list(range(1, least + 1))
        shares = shamir.split(b"\1" * 32, least, points, b"k" * 32)
        by, wanted = shamir.weights(points), int.from_bytes(b"\2" * 32, "big")
        known = sum(w * int.from_bytes(s, "big") for w, s in zip(by[:-1], shares[:-1], strict=True))
        last = (wanted - known) * pow(by[-1], -1, shamir.PRIME) % shamir.PRIME
        forged = [*shares[:-1], last.to_bytes(33, "big")]
        assert shamir.join(forged, by) == b"\2" * 32

    def test_no_secret_is_in_the_state_or_in_a_message(self) -> None:
        played = played_to(Step.CONSISTENCY)
        seen = repr(played.state).encode() + b"".join(m for s in played.sent.values() for m in s.values())
        for device in DEVICES:
            secrets = played.clients[device]._secrets()
            for secret in (secrets.root, secrets.self_seed, secrets._mask_bytes):
                assert secret not in seen
                assert secret.hex().encode() not in seen

    def test_after_the_last_step_a_device_keeps_no_secret(self) -> None:
        played = played_to(Step.UNMASK)
        root = played.clients[ONE].snapshot()["root"]
        played.unmask(DEVICES)
        kept = played.clients[ONE].snapshot()
        assert kept["next"] is None
        assert root not in repr(kept)
        assert (kept["root"], kept["held"]) == ("", "")


class TestLyingDevices:
    def lie(self, played: PlayedRound, liars: Iterable[UUID]) -> None:
        for device in liars:
            sent = bytearray(played.sent[Step.UNMASK][device])
            sent[wire.HEADER.size + 32] ^= 1  # the last byte of the first share
            played.sent[Step.UNMASK][device] = bytes(sent)

    def test_one_liar_is_worked_around(self) -> None:
        """A wrong share joins to a wrong secret, which is not the one that was committed to."""
        played = played_to(Step.UNMASK)
        played.unmask(DEVICES)
        honest = played.total()
        self.lie(played, [TWO])
        np.testing.assert_array_equal(played.total(), honest)

    def test_too_many_liars_end_the_round(self) -> None:
        played = played_to(Step.UNMASK)
        played.unmask(DEVICES)
        self.lie(played, DEVICES[:3])
        with refused("secret-wrong"):
            played.total()

    def test_a_wrong_mask_key_of_a_dropped_device(self) -> None:
        played = played_to(Step.MASKED_INPUT)
        played.send(DEVICES[1:], UPDATES)
        played.confirm(DEVICES[1:])
        played.unmask(DEVICES[1:4])
        self.lie(played, [DEVICES[1]])  # the first share is of the one that dropped out
        with refused("secret-wrong"):
            played.total()


def test_the_server_refuses_what_would_break_the_round() -> None:
    """Each step's message: another length, another sender, keys signed by another, a share beyond the field."""
    played = played_to(Step.UNMASK)
    accept, state = played.server.accept, played.state
    good = played.clients[ONE].unmask(played.inbox(Step.UNMASK, ONE))
    body = good[wire.HEADER.size :]
    with refused("message-wrong-length"):
        accept(state, Step.UNMASK, ONE, wire.pack(played.params, Step.UNMASK, ONE, body[:-33]))
    with refused("share-invalid"):
        huge = b"\xff" * 33 + body[33:]
        accept(state, Step.UNMASK, ONE, wire.pack(played.params, Step.UNMASK, ONE, huge))
    with refused("own-device-missing"):
        accept(state, Step.UNMASK, UUID(int=9), wire.pack(played.params, Step.UNMASK, UUID(int=9), body))
    with refused("message-wrong-sender"):
        accept(state, Step.UNMASK, TWO, good)
    with refused("step-out-of-order"):
        accept(state, Step.CONSISTENCY, ONE, good)
    early = played_to(Step.ADVERTISE_KEYS)
    bound = derive.binding(early.params, early.roster)
    made = bodies.sign_advertisement(device_key(TWO), bound, ONE, b"\1" * 32, b"\2" * 32, b"\3" * 32)
    message = wire.pack(early.params, Step.ADVERTISE_KEYS, ONE, made.pack())
    with refused("round-keys-unsigned"):
        early.server.accept(early.state, Step.ADVERTISE_KEYS, ONE, message)
    later = played_to(Step.CONSISTENCY)
    message = wire.pack(later.params, Step.CONSISTENCY, ONE, bytes(64))
    with refused("quorum-signature"):
        later.server.accept(later.state, Step.CONSISTENCY, ONE, message)
    vector = wire.pack(played.params, Step.MASKED_INPUT, ONE, b"\7\0\0\0" + bytes(28))
    collecting = played_to(Step.MASKED_INPUT)
    with refused("vector-wrong-length"):
        collecting.server.accept(collecting.state, Step.MASKED_INPUT, ONE, vector)
