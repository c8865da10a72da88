"""What is in force at a time, folded from what was said."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.ledger.statement import GIVEN, REFUSED, STATUSES, WITHDRAWN
from consent.policy import Decision, expiry, last_decision, major, standing

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
HISTORIES = st.lists(st.tuples(st.sampled_from(STATUSES), st.integers(0, 100)), max_size=8).map(
    lambda said: [
        Decision(index, status, NOON + timedelta(minutes=minute), 1)
        for index, (status, minute) in enumerate(sorted(said, key=lambda pair: pair[1]))
    ]
)


def said(status: str, *, minute: int = 0, index: int = 0, notice: Any = 1) -> Any:
    return Decision(index, status, NOON + timedelta(minutes=minute), notice)


def state(*decisions: Any, minute: int = 10, current: int = 1) -> Any:
    return standing(decisions, at=NOON + timedelta(minutes=minute), current_major=current).state


def test_nothing_said_is_no() -> None:
    assert state() == "not-asked"
    assert not standing([], at=NOON, current_major=1).in_force


def test_a_grant_holds_from_its_own_moment() -> None:
    assert state(said(GIVEN, minute=5), minute=4) == "not-asked"
    assert state(said(GIVEN, minute=5), minute=5) == "granted"


@pytest.mark.parametrize(("status", "expected"), [(WITHDRAWN, "revoked"), (REFUSED, "refused")])
def test_a_later_no_wins(status: str, expected: Any) -> None:
    assert state(said(GIVEN), said(status, minute=1, index=1)) == expected


def test_at_the_same_moment_the_later_entry_wins() -> None:
    assert state(said(GIVEN, index=3), said(WITHDRAWN, index=4)) == "revoked"
    assert state(said(WITHDRAWN, index=4), said(GIVEN, index=3)) == "revoked"


def test_it_can_be_granted_again() -> None:
    assert state(said(GIVEN), said(WITHDRAWN, index=1), said(GIVEN, index=2)) == "granted"


def test_a_grant_ends_after_twelve_months() -> None:
    grant = said(GIVEN)
    end = NOON.replace(year=2027)
    assert standing([grant], at=end - timedelta(microseconds=1), current_major=1).in_force
    assert standing([grant], at=end, current_major=1).state == "expired"


def test_a_new_major_version_of_the_text_asks_again() -> None:
    assert state(said(GIVEN, notice=1), current=2) == "ask-again"
    assert state(said(GIVEN, notice=2), current=2) == "granted"
    assert state(said(REFUSED, notice=1), current=2) == "refused"


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2026-11-24T05:00:00+00:00", "2027-11-24T05:00:00+00:00"),
        ("2028-02-29T05:00:00+00:00", "2029-02-28T05:00:00+00:00"),
        ("2026-12-31T23:59:59+00:00", "2027-12-31T23:59:59+00:00"),
    ],
)
def test_twelve_calendar_months(start: str, end: str) -> None:
    assert expiry(datetime.fromisoformat(start)) == datetime.fromisoformat(end)


def test_an_unknown_status_is_a_bug_and_never_a_grant() -> None:
    with pytest.raises(ValueError, match="unknown status"):
        state(said("ConsentMaybe"))


def test_major() -> None:
    assert [major(version) for version in ("1.0", "3.14", "12.0")] == [1, 3, 12]


@given(HISTORIES, st.integers(0, 101))
def test_in_force_exactly_if_the_last_word_was_a_grant(history: list[Decision], minute: int) -> None:
    at = NOON + timedelta(minutes=minute)
    last = last_decision(history, at=at)
    assert standing(history, at=at, current_major=1).in_force == (last is not None and last.status == GIVEN)


@given(HISTORIES)
def test_a_withdrawal_at_the_end_always_ends_it(history: list[Decision]) -> None:
    ended = [*history, said(WITHDRAWN, minute=200, index=len(history))]
    assert not standing(ended, at=NOON + timedelta(days=1), current_major=1).in_force


@given(HISTORIES, st.permutations(range(8)))
def test_the_order_in_which_rows_are_read_does_not_matter(history: list[Decision], order: list[int]) -> None:
    shuffled = [history[index] for index in order if index < len(history)]
    at = NOON + timedelta(days=1)
    assert standing(shuffled, at=at, current_major=1) == standing(history, at=at, current_major=1)


@given(HISTORIES)
def test_standing_changes_only_when_something_is_said(history: list[Decision]) -> None:
    times = [NOON + timedelta(minutes=minute) for minute in range(0, 101, 5)]
    for before, after in pairwise(times):
        quiet = not any(before < decision.recorded_at <= after for decision in history)
        same = (
            standing(history, at=before, current_major=1).state
            == standing(history, at=after, current_major=1).state
        )
        assert same or not quiet
