"""Who is next: artists take turns by work, short is not blocked by long, nobody waits for ever; what fits together."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from gallery.fairness import WAITED_LONG, Waiting, fair_order, together
from tests.gallery.scene import NOON

rows = st.lists(
    st.builds(
        Waiting,
        key=st.integers(1, 10**6),
        artist=st.integers(1, 4),
        work=st.integers(1, 100),
        since=st.integers(0, 300).map(lambda s: NOON - timedelta(seconds=s)),
        kind=st.sampled_from("ab"),
    ),
    max_size=12,
    unique_by=lambda row: row.key,
)


def waiting(key: int, artist: int, work: int = 10, *, seconds: int = 0, kind: str = "a") -> Waiting:
    return Waiting(key, artist, work, NOON - timedelta(seconds=seconds), kind)


def keys(*given: Waiting, had: dict[int, int] | None = None) -> list[int]:
    return [row.key for row in fair_order(given, had or {}, at=NOON)]


@settings(max_examples=40)
@given(rows, st.dictionaries(st.integers(1, 4), st.integers(0, 500)))
def test_everybody_comes_once_and_a_batch_is_of_one_kind(found: list[Waiting], had: dict[int, int]) -> None:
    order = list(fair_order(found, had, at=NOON))
    assert sorted(row.key for row in order) == sorted(row.key for row in found)
    batch = together(order, at_most=3, work=100)
    assert batch[:1] == order[:1]
    assert len(batch) <= 3
    assert {row.kind for row in batch} <= {order[0].kind for _ in batch}
    assert sum(row.work for row in batch[1:]) <= 100


def test_artists_take_turns_though_one_asked_first() -> None:
    alice = [waiting(n, 1, seconds=60 - n) for n in (1, 2, 3)]
    bob = [waiting(n, 2, seconds=10) for n in (4, 5, 6)]
    assert keys(*alice, *bob) == [1, 4, 2, 5, 3, 6]


def test_who_had_much_lately_comes_later() -> None:
    assert keys(waiting(1, 1, seconds=9), waiting(2, 2), had={1: 50}) == [2, 1]


def test_a_short_picture_is_not_behind_a_long_one() -> None:
    assert keys(waiting(1, 1, 500, seconds=9), waiting(2, 2, 10)) == [2, 1]


def test_a_long_one_that_waited_long_goes_first() -> None:
    patient = waiting(1, 1, 500, seconds=int(WAITED_LONG.total_seconds()) + 1)
    assert keys(waiting(2, 2, 10), patient, had={1: 10**6}) == [1, 2]


def test_a_batch_has_a_limit_of_work_beyond_its_first() -> None:
    order = [waiting(1, 1, 500), waiting(2, 2, 60), waiting(3, 3, 60, kind="b"), waiting(4, 4, 30)]
    assert [row.key for row in together(order, at_most=8, work=100)] == [1]
    assert [row.key for row in together(order[1:], at_most=8, work=100)] == [2, 4]
    assert together([], at_most=8, work=100) == []
