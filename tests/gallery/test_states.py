"""A request moves by the table, once, and every move leaves an event."""

from itertools import product

import pytest

from gallery import states
from gallery.errors import Refusal
from gallery.models import Artist, GenerationRequest
from tests.gallery.scene import NOON, params


def row(artist: Artist, version: object, state: str) -> GenerationRequest:
    return GenerationRequest.objects.create(
        artist=artist,
        version=version,
        params=params().to_json(),
        state=state,
        steps=16,
        attempts=1,
        created_at=NOON,
        sent_at=NOON,
    )


@pytest.mark.parametrize(("old", "new"), list(product(states.ALLOWED, states.ALLOWED)))
def test_moves_are_those_of_the_table(alice: Artist, versions: list[object], old: str, new: str) -> None:
    request = row(alice, versions[1], old)
    if new in states.ALLOWED[old]:
        assert states.move(request, to=new, reason="because", at=NOON).state == new
        event = request.events.get()
        assert (event.from_state, event.to_state, event.reason) == (old, new, "because")
    else:
        with pytest.raises(Refusal, match="cannot become"):
            states.move(request, to=new, at=NOON)
        assert not request.events.exists()


def test_ended_is_ended() -> None:
    assert all(states.ALLOWED[state] == () for state in states.ENDED)
    assert set(states.OPEN) | set(states.ENDED) == set(states.ALLOWED)


def test_only_one_of_two_moves(alice: Artist, versions: list[object]) -> None:
    request = row(alice, versions[1], "running")
    stale = GenerationRequest.objects.get(pk=request.pk)
    states.move(request, to="done", at=NOON)
    with pytest.raises(Refusal, match="moved on"):
        states.move(stale, to="failed", at=NOON)
    assert request.events.count() == 1


def test_a_worker_that_was_replaced_cannot_finish(alice: Artist, versions: list[object]) -> None:
    request = row(alice, versions[1], "running")
    GenerationRequest.objects.filter(pk=request.pk).update(attempts=2)
    with pytest.raises(Refusal, match="moved on"):
        states.move(request, to="done", attempt=1, at=NOON)
    request.refresh_from_db()
    assert request.state == "running"
