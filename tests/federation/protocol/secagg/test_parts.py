"""The parts of SecAgg one by one: published degrees, sharing, masks, sealing, restarts."""

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from federation.protocol.params import quorum
from federation.protocol.secagg import derive, graph, prg, seal, shamir
from federation.protocol.secagg.degree import degree
from federation.protocol.steps import Step
from tests.federation.protocol.rounds import small_params
from tests.federation.protocol.secagg.scene import DEVICES, ONE, UPDATES, played_to, refused


@pytest.mark.parametrize(
    ("count", "corrupt", "dropouts", "lying", "pair"),
    [
        (10_000, 0.05, 0.05, True, (62, 44)),
        (1000, 0.05, 0.05, True, (52, 37)),
        (100, 0.05, 0.05, True, (16, 11)),
        (1000, 0.05, 0.33, True, (398, 223)),
        (10_000, 0.05, 0.05, False, (34, 20)),
        (100, 0.33, 0.33, False, (68, 34)),
        (1000, 0.30, 0.30, True, (872, 584)),
        (1000, 0.45, 0.45, False, (822, 417)),
        (10_000, 0.33, 0.05, True, (178, 146)),
    ],
)
def test_the_published_degrees_and_thresholds(
    count: int, corrupt: float, dropouts: float, lying: bool, pair: tuple[int, int]
) -> None:
    """google-parfait/federated-compute, fcp/secagg/server/graph_parameter_finder_test.cc."""
    asleep = count - math.ceil((1 - dropouts - 1e-14) * count)
    assert degree(count, math.floor((corrupt + 1e-14) * count), asleep, lying_server=lying) == pair


@pytest.mark.parametrize("count", [513, 700, 1000])
def test_a_sparse_graph_is_a_ring_in_which_holding_is_mutual(count: int) -> None:
    made = graph.graph_of(small_params(max_cohort=4096), count, b"g" * 32, count)
    found = degree(count, count // 10, int(0.3 * count))
    assert found is not None
    holders = {position: made.holders(position) for position in range(count)}
    assert {len(one) for one in holders.values()} == {found.neighbours}
    assert all(position not in one for position, one in holders.items())
    assert all(position in holders[other] for position, one in holders.items() for other in one)
    assert made.ring != graph.graph_of(small_params(max_cohort=4096), count, b"h" * 32, count).ring


def test_up_to_512_the_graph_is_complete() -> None:
    made = graph.graph_of(small_params(), 512, b"g" * 32, 512)
    assert (made.holders(0), made.threshold) == (list(range(512)), quorum(512))


@settings(max_examples=30, deadline=None)
@given(st.binary(min_size=32, max_size=32), st.integers(1, 12), st.integers(0, 6), st.randoms())
def test_any_threshold_of_shares_joins_to_the_secret(
    secret: bytes, least: int, spare: int, rng: object
) -> None:
    points = list(range(1, least + spare + 1))
    shares = dict(zip(points, shamir.split(secret, least, points, b"k" * 32), strict=True))
    chosen = rng.sample(points, least)  # type: ignore[attr-defined]
    assert shamir.join([shares[point] for point in chosen], shamir.weights(chosen)) == secret


def test_the_field_is_that_of_the_least_prime_above_the_secrets() -> None:
    """Fermat for forty bases; nothing between 2^256 and it passes for base 3 (2^256 + 1 would for base 2)."""
    assert all(pow(base, shamir.PRIME - 1, shamir.PRIME) == 1 for base in range(2, 42))
    assert all(pow(3, p - 1, p) != 1 for p in range((1 << 256) + 1, shamir.PRIME, 2))


@pytest.mark.parametrize(
    "share", [b"", b"\0" * 32, b"\0" * 34, shamir.PRIME.to_bytes(33, "big"), b"\xff" * 33]
)
def test_a_share_has_one_form(share: bytes) -> None:
    with refused("share-invalid"):
        shamir.check(share)
    shamir.check((shamir.PRIME - 1).to_bytes(33, "big"))


@pytest.mark.parametrize("length", [1, 7, prg.PIECE - 1, prg.PIECE, 2 * prg.PIECE + 3])
def test_masks_come_off_as_they_went_on(length: int) -> None:
    """Pieces do not show: the mask is the keystream, whatever the length."""
    start = np.arange(length, dtype=np.uint32)
    masks = [prg.Mask(bytes([number]) * 32, add=number % 2 == 0) for number in range(5)]
    masked = prg.apply(start.copy(), masks)
    assert masked.tobytes() != start.tobytes()
    back = prg.apply(masked, [prg.Mask(key, add=not add) for key, add in masks])
    np.testing.assert_array_equal(back, start)
    whole = prg.stream(b"k" * 32, 4 * length)
    assert prg.elements(b"k" * 32, length).astype("<u4").tobytes() == whole


def test_a_seal_opens_with_its_own_key_only() -> None:
    pair = seal.Shares(b"\0" * 33, b"\0" * 32 + b"\1")
    sealed = seal.close(pair, b"k" * 32)
    assert seal.open_(sealed, b"k" * 32) == pair
    with refused("share-not-authentic"):
        seal.open_(sealed, b"l" * 32)
    with refused("share-invalid"):
        seal.open_(seal.close(seal.Shares(b"\xff" * 33, b"\0" * 33), b"k" * 32), b"k" * 32)


def test_keys_of_different_purpose_pair_or_direction_differ() -> None:
    """The same shared secret, and no two derivations alike."""
    one, two, bound, gathered = DEVICES[0], DEVICES[1], b"b" * 32, b"g" * 32
    made = [
        derive.seal_key(b"s" * 32, bound, gathered, one, two),
        derive.seal_key(b"s" * 32, bound, gathered, two, one),
        derive.pair_mask(b"s" * 32, bound, gathered, one, two),
        derive.pair_mask(b"s" * 32, bound, b"h" * 32, one, two),
        derive.pair_mask(b"s" * 32, b"c" * 32, gathered, one, two),
        derive.self_mask(b"s" * 32, bound, one),
        derive.self_mask(b"s" * 32, bound, two),
        derive.commitment(b"s" * 32, bound, one),
    ]
    assert len(set(made)) == len(made)
    assert derive.pair_mask(b"s" * 32, bound, gathered, one, two) == derive.pair_mask(
        b"s" * 32, bound, gathered, two, one
    )


@pytest.mark.parametrize("step", list(Step)[1:])
def test_a_restart_from_the_snapshot_makes_the_same_message(step: Step) -> None:
    """Killed after any step: from its snapshot, with the same inbox, a device says the same and goes on."""
    played = played_to(step)
    there = played.inbox(step, ONE)
    kept = json.loads(json.dumps(played.clients[ONE].snapshot()))
    made = []
    for _ in range(2):
        again = played.client(ONE, 0, kept)
        with refused("step-out-of-order"):
            again.advertise_keys()
        acts = {
            Step.SHARE_KEYS: again.share_keys,
            Step.MASKED_INPUT: lambda data, one=again: one.masked_input(data, UPDATES[ONE]),
            Step.CONSISTENCY: again.confirm,
            Step.UNMASK: again.unmask,
        }
        made.append(acts[step](there))
    assert made[0] == made[1]
