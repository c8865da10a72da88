"""The noise: its distribution against scipy and mpmath, its determinism, its rare ties, its bounds."""

import json
import math
from typing import Any

import mpmath
import numpy as np
import pytest
from scipy import stats

from federation.privacy import skellam
from tests.vectors import make_skellam

SEED = bytes(range(32))


def _thresholds(variance: int) -> list[int]:
    table = skellam.table_of(variance)
    high = table.high[:-1]
    return [(int(h) << 64) | int(low) for h, low in zip(high, table.low, strict=True)]


@pytest.mark.parametrize("variance", [1, 2, 37, 2500, 10**6])
def test_the_table_is_the_cumulative_distribution_of_scipy(variance: int) -> None:
    reach = skellam.table_of(variance).reach
    values = np.arange(-reach, reach)
    # scipy's own cumulative distribution is the one that gives out far from the middle
    near = np.abs(values) <= 6 * math.sqrt(variance) + 6
    ours = np.array(_thresholds(variance), dtype=object) / 2.0**128
    theirs = stats.skellam.cdf(values[near], variance / 2, variance / 2)
    assert np.max(np.abs(ours[near].astype(float) - theirs)) < 1e-9


@pytest.mark.parametrize("variance", [1, 40, 5000])
def test_the_probabilities_are_bessel_functions_to_a_hundred_bits(variance: int) -> None:
    thresholds, reach = _thresholds(variance), skellam.table_of(variance).reach
    with mpmath.workdps(60):
        for k in (0, 1, 2, int(math.sqrt(variance)), int(3 * math.sqrt(variance)) + 1):
            exact = mpmath.exp(-variance) * mpmath.besseli(k, variance)
            ours = mpmath.mpf(thresholds[reach + k] - thresholds[reach + k - 1]) / mpmath.mpf(2) ** 128
            assert abs(ours - exact) < mpmath.mpf(2) ** -126
        tail = mpmath.nsum(
            lambda k: mpmath.exp(-variance) * mpmath.besseli(k, variance), [reach + 1, reach + 60]
        )
        assert tail < mpmath.mpf(2) ** -126  # what the table leaves out


@pytest.mark.parametrize("variance", [1, 3, 999, 123_456, 10**7])
def test_the_table_is_in_order_and_a_mirror_of_itself(variance: int) -> None:
    thresholds = _thresholds(variance)
    assert thresholds == sorted(thresholds)
    assert thresholds[0] > 0
    assert thresholds[-1] < 1 << 128
    assert all(a + b == 1 << 128 for a, b in zip(thresholds, reversed(thresholds), strict=True))


@pytest.mark.parametrize(("variance", "shares"), [(2, 1), (50, 1), (12, 7), (400, 20)])
def test_a_sum_of_shares_is_skellam_with_the_sum_of_their_variances(variance: int, shares: int) -> None:
    count = 200_000
    stream = skellam.chacha20(SEED)
    total = sum(skellam.share(count, variance, stream) for _ in range(shares))
    whole = variance * shares
    sd = math.sqrt(whole)
    edge = int(2.5 * sd)
    inner = np.arange(-edge, edge + 1)
    seen = np.array([np.sum(total < -edge), *(np.sum(total == k) for k in inner), np.sum(total > edge)])
    middle = stats.skellam.pmf(inner, whole / 2, whole / 2)
    outer = (1 - middle.sum()) / 2
    expected = count * np.array([outer, *middle, outer])
    assert stats.chisquare(seen, expected).pvalue > 1e-4
    assert abs(total.mean()) < 4 * sd / math.sqrt(count)
    assert abs(total.var() / whole - 1) < 4 * math.sqrt((2 + 1 / whole) / count)
    fourth = np.mean((total / sd) ** 4)
    assert abs(fourth - (3 + 1 / whole)) < 0.1


VECTORS = json.loads(make_skellam.PATH.read_text())["cases"]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda one: f"{one['seed'][:4]}-{one['variance']}")
def test_the_same_seed_gives_the_same_noise_on_every_machine(vector: dict[str, Any]) -> None:
    assert make_skellam.case(bytes.fromhex(vector["seed"]), vector["variance"], vector["length"]) == vector


def test_a_stream_goes_on_where_it_stopped() -> None:
    whole = skellam.share(3 * skellam.BLOCK, 1000, skellam.chacha20(SEED))
    stream = skellam.chacha20(SEED)
    parts = [skellam.share(skellam.BLOCK, 1000, stream) for _ in range(3)]
    assert np.array_equal(whole, np.concatenate(parts))
    assert not np.array_equal(parts[0], parts[1])


def test_chacha20_is_that_of_rfc_8439() -> None:
    # RFC 8439, appendix A.1, test vector 1: key, nonce and counter all zero
    assert skellam.chacha20(bytes(32))(16).hex() == "76b8e0ada0f13d90405d6ae55386bd28"
    with pytest.raises(ValueError, match="32 bytes"):
        skellam.chacha20(b"short")


def _stream(*words: int) -> skellam.Keystream:
    data = b"".join(word.to_bytes(8, "little") for word in words)
    place = [0]

    def take(count: int) -> bytes:
        place[0] += count
        return data[place[0] - count : place[0]]

    return take


@pytest.mark.parametrize("variance", [1, 40, 10**6])
def test_a_draw_on_the_first_half_of_a_threshold_is_settled_by_the_second(variance: int) -> None:
    table = skellam.table_of(variance)
    for at in (0, 3, table.reach, 2 * table.reach - 1):
        high, low = int(table.high[at]), int(table.low[at])
        same = [k for k in range(2 * table.reach) if int(table.high[k]) == high]
        value = at - table.reach
        if low:
            below = sum(int(table.low[k]) <= low - 1 for k in same) + same[0] - table.reach
            assert skellam.share(1, variance, _stream(high, low - 1))[0] == below <= value
        assert skellam.share(1, variance, _stream(high, low))[0] >= value + 1
    # the words after a tie are read from where the tie's own word ended
    high, low = int(table.high[table.reach]), int(table.low[table.reach])
    assert skellam.share(2, variance, _stream(high, 1 << 63, low))[0] == 1


def test_the_ends_of_the_range_are_drawn() -> None:
    for variance in (1, 40, 10**6):
        reach = skellam.table_of(variance).reach
        most = (1 << 64) - 1
        assert skellam.share(1, variance, _stream(0, 0))[0] == -reach
        assert skellam.share(1, variance, _stream(most, most))[0] == reach


def test_the_largest_variance_works_and_a_larger_one_is_refused() -> None:
    drawn = skellam.share(50_000, skellam.MAX_VARIANCE, skellam.chacha20(SEED))
    assert abs(drawn.var() / skellam.MAX_VARIANCE - 1) < 0.03
    for length, variance in ((1, 0), (1, -1), (1, skellam.MAX_VARIANCE + 1), (-1, 1)):
        with pytest.raises(ValueError, match="bounds"):
            skellam.share(length, variance, skellam.chacha20(SEED))
    assert skellam.share(0, 5, skellam.chacha20(SEED)).shape == (0,)
