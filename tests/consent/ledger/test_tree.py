"""The tree against its definition (RFC 6962 section 2.1), every proof of every size up to a bound, and no other."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consent.errors import Refusal
from consent.ledger.prover import Prover
from consent.ledger.tiles import HEIGHT, WIDTH, range_hashes, tile_number, tile_path, tile_width
from consent.ledger.tree import (
    EMPTY_ROOT,
    Frontier,
    check_consistency,
    check_inclusion,
    consistency_ranges,
    fold_perfect,
    hashes_of,
    inclusion_ranges,
    leaf_hash,
    node_hash,
    root_of,
)

LEAVES = [leaf_hash(number.to_bytes(4, "big")) for number in range(1100)]
EVERY = 40


def mth(leaves: Any) -> bytes:
    """The recursive definition, word by word."""
    if not leaves:
        return EMPTY_ROOT
    if len(leaves) == 1:
        return bytes(leaves[0])
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    return node_hash(mth(leaves[:k]), mth(leaves[k:]))


def kept_of(leaves: Any) -> Any:
    """What a database keeps of a tree: leaves, and the roots over whole tiles."""
    kept = {(0, index): leaf for index, leaf in enumerate(leaves)}
    level, row = 0, list(leaves)
    while len(row) >= WIDTH:
        row = [fold_perfect(row[at : at + WIDTH]) for at in range(0, len(row) - WIDTH + 1, WIDTH)]
        level += 1
        kept |= {(level, index): found for index, found in enumerate(row)}
    return kept


def fetch_from(kept: Any) -> Any:
    return lambda spans: {
        (level, index): kept[level, index]
        for level, first, stop in spans
        for index in range(first, stop)
        if (level, index) in kept
    }


@pytest.mark.parametrize("size", range(EVERY))
def test_roots_are_the_definition(size: int) -> None:
    assert root_of(LEAVES[:size]) == mth(LEAVES[:size]) == hashes_of(LEAVES)(0, size)


@pytest.mark.parametrize("size", range(1, EVERY))
def test_every_proof_of_this_size_holds_and_no_other(size: int) -> None:
    hash_of, root = hashes_of(LEAVES), root_of(LEAVES[:size])
    for index in range(size):
        path = [hash_of(*one) for one in inclusion_ranges(index, size)]
        assert check_inclusion(LEAVES[index], index, size, path, root)
        for other in range(size):
            assert check_inclusion(LEAVES[index], other, size, path, root) == (other == index)
        assert not check_inclusion(LEAVES[index + 1], index, size, path, root)
    for old in range(size + 1):
        path = [hash_of(*one) for one in consistency_ranges(old, size)]
        was = root_of(LEAVES[:old])
        assert check_consistency(old, size, was, root, path)
        assert not check_consistency(old, size, root_of(LEAVES[1 : old + 1]) if old else root, root, path)
        assert not check_consistency(old, size, was, root, [*path, root])
        if 0 < old < size:
            assert not check_consistency(old, size, was, root_of(LEAVES[1 : size + 1]), path)
            assert not check_consistency(old, size, was, root, path[:-1])


@pytest.mark.parametrize("size", [255, 256, 257, 511, 512, 1024, 1100])
def test_tiles_give_the_same_hashes(size: int) -> None:
    kept = kept_of(LEAVES[:size])
    fetch, hash_of = fetch_from(kept), hashes_of(LEAVES)
    prover = Prover(size, fetch)
    for index in (0, 1, 254, 255, 256, size // 2, size - 1):
        if index < size:
            ranges = inclusion_ranges(index, size)
            assert range_hashes(ranges, fetch) == [hash_of(*one) for one in ranges] == prover.path(index)
    assert range_hashes([(0, size)], fetch) == [root_of(LEAVES[:size])]


def test_a_missing_hash_is_noticed() -> None:
    kept = kept_of(LEAVES[:300])
    del kept[1, 0]
    with pytest.raises(Refusal, match="broken-ledger"):
        range_hashes([(0, 300)], fetch_from(kept))


@pytest.mark.parametrize(("index", "size"), [(0, 0), (5, 5), (-1, 3), (6, 5), (2**62, 2**62 + 1)])
def test_no_path_for_a_leaf_that_is_not_there(index: int, size: int) -> None:
    with pytest.raises(Refusal, match="no-such-leaf"):
        inclusion_ranges(index, size)
    assert not check_inclusion(LEAVES[0], index, size, [], LEAVES[0])


@pytest.mark.parametrize(("old", "new"), [(3, 2), (-1, 2), (1, 2**62 + 1)])
def test_no_proof_between_sizes_that_cannot_be(old: int, new: int) -> None:
    with pytest.raises(Refusal, match="no-such-size"):
        consistency_ranges(old, new)
    assert not check_consistency(old, new, EMPTY_ROOT, EMPTY_ROOT, [])


@settings(max_examples=40)
@given(st.integers(1, 2**40), st.data())
def test_proofs_of_large_trees_are_short(size: int, data: Any) -> None:
    index = data.draw(st.integers(0, size - 1))
    assert len(inclusion_ranges(index, size)) <= (size - 1).bit_length()
    assert len(consistency_ranges(index, size)) <= size.bit_length() + 1


def test_a_frontier_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match="2 perfect subtrees"):
        Frontier(3, [LEAVES[0]])


@pytest.mark.parametrize(
    ("number", "path"), [(0, "000"), (67, "067"), (1234067, "x001/x234/067"), (1000, "x001/000")]
)
def test_tile_paths_are_those_of_c2sp(number: int, path: str) -> None:
    assert tile_path(number) == path
    assert tile_number(path) == number


@pytest.mark.parametrize(
    "path", ["", "67", "0067", "x000/067", "x001/x067", "x001//067", "/067", "x001/067/", "a67"]
)
def test_other_tile_paths_are_refused(path: str) -> None:
    with pytest.raises(Refusal, match="no-such-tile"):
        tile_number(path)


def test_tile_widths_are_those_of_the_example() -> None:
    """C2SP tlog-tiles: a tree of 70,000."""
    widths = {
        (level, number): tile_width(level, number, 70_000) for level in range(4) for number in range(275)
    }
    full = [place for place, width in widths.items() if width == WIDTH]
    assert len([place for place in full if place[0] == 0]) == 273
    assert (widths[0, 273], widths[0, 274]) == (112, 0)
    assert (widths[1, 0], widths[1, 1], widths[1, 2], widths[2, 0], widths[3, 0]) == (256, 17, 0, 1, 0)
    assert HEIGHT == 8
