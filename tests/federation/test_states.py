"""The tables of states: what may follow what, that nothing else may, and that the docs show the same tables."""

from itertools import product
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from tests.federation import world as w

ROOT = Path(__file__).resolve().parents[2]


def rows_of(kind: str) -> Any:
    """A saved row of each kind, in its first state."""
    from federation.models import DeviceEnrolment, Participation

    at = timezone.now()
    if kind == "enrolment":
        return DeviceEnrolment.objects.create(
            device_name="x", public_key=bytes(32), fingerprint="x", created_at=at, expires_at=at
        )
    campaign = w.make_campaign()
    if kind == "campaign":
        return campaign
    if kind == "device":
        return w.Agent(w.make_artists(1)[0]).enrol().device
    round_ = w.open_round(campaign)
    return round_ if kind == "round" else Participation.objects.create(round=round_, invited_at=at)


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("kind", ["device", "enrolment", "campaign", "round", "participation"])
def test_exactly_the_moves_of_the_table(kind: str) -> None:
    """Every pair of states is tried; a refused move changes nothing and leaves no event."""
    from federation import states
    from federation.models import Event

    table, row, at = states.TABLES[kind], rows_of(kind), timezone.now()
    model = type(row)
    for here, there in product(table, table):
        model.objects.filter(pk=row.pk).update(state=here)
        row.refresh_from_db()
        before = Event.objects.count()
        if there in table[here]:
            states.move(row, to=there, at=at, reason="why")
            row.refresh_from_db()
            event = Event.objects.latest("id")
            assert (row.state, event.from_state, event.to_state, event.kind) == (there, here, there, kind)
            assert event.reason == row.state_reason == "why"
        else:
            with pytest.raises(states.IllegalMove):
                states.move(row, to=there, at=at)
            row.refresh_from_db()
            assert (row.state, Event.objects.count()) == (here, before)


def test_every_named_state_is_a_state() -> None:
    """No table leads to a state it does not list."""
    from federation import states

    for table in states.TABLES.values():
        assert {there for targets in table.values() for there in targets} <= set(table)


@pytest.mark.usefixtures("world")
def test_of_two_processes_only_one_moves_a_row() -> None:
    """Compare-and-swap: the second one, which still saw the old state, is told so."""
    from federation import states
    from federation.models import Campaign

    campaign = w.make_campaign()
    seen_by_another = Campaign.objects.get(pk=campaign.pk)
    states.move(campaign, to="paused", at=timezone.now())
    with pytest.raises(states.LostRace):
        states.move(seen_by_another, to="ended", at=timezone.now())
    assert Campaign.objects.get(pk=campaign.pk).state == "paused"


def test_the_docs_show_these_tables() -> None:
    """docs/rounds.md holds each table exactly as it is here."""
    from federation.state_tables import tables_as_text

    text = (ROOT / "docs/rounds.md").read_text()
    assert tables_as_text() in text, (
        "run: python manage.py state_tables, and put its output into docs/rounds.md"
    )


def test_every_state_and_reason_has_words() -> None:
    """A timeline never shows a bare code."""
    from federation import states, words
    from federation.services.rounds import LEAVING

    assert set(states.ROUND) == set(words.ROUND) == set(words.NOW)
    assert set(states.PARTICIPATION) == set(words.PART)
    assert set(LEAVING) <= set(words.REASONS)
