"""Long messages in parts: cut and killed wherever it can be, and each time one whole message is there."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from federation.protocol.steps import Step
from tests.federation import world as w
from tests.federation.sending import Killed, Sending, check_kept, make_sending

pytestmark = pytest.mark.usefixtures("world")


@pytest.fixture
def sending(monkeypatch: pytest.MonkeyPatch) -> Sending:
    return make_sending(monkeypatch)


def test_it_works(sending: Sending) -> None:
    """Announced once, five parts, the round's message at the end; the offset says what is here."""
    sending.send()
    assert [seen for seen in sending.wire.seen if seen[0] == "PATCH"] == [
        ("PATCH", size, 204) for size in (24, 24, 24, 24, 16)
    ]
    check_kept(sending)
    answer = sending.call("HEAD", f"masked-input/{sending.sha256}")
    assert answer["Upload-Offset"] == answer["Upload-Length"] == str(len(sending.message))
    assert answer["Cache-Control"] == "no-store"
    told = sending.call("GET", f"masked-input/{sending.sha256}").json()
    assert told == {"received": len(sending.message), "size": len(sending.message), "accepted": True}


def test_the_same_bytes_twice_are_harmless(sending: Sending) -> None:
    sending.send()
    sending.send()
    assert sending.wire.seen[-1] == ("POST", 0, 200)
    body = sending.agent.send(sending.round_id, Step.MASKED_INPUT, sending.message)
    assert body.status_code == 200
    check_kept(sending)


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside never happened: one round serves many accidents."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.mark.parametrize("what", ["lost", "deaf"])
def test_a_cut_at_every_request(sending: Sending, what: str) -> None:
    """Whether the request or only its answer is lost: it goes on, and nothing is there twice."""
    for at in range(6):
        with undone():
            sending.wire.trouble = [""] * at + [what]
            sending.send()
            check_kept(sending)


def test_the_agent_is_killed_at_every_request(sending: Sending) -> None:
    """Started again it asks where to go on, and sends only what is missing."""
    for at in range(6):
        with undone():
            sending.wire.seen.clear()
            sending.wire.trouble = [""] * at + ["killed"]
            with pytest.raises(Killed):
                sending.send()
            sending.send()
            assert sum(size for _, size, _ in sending.wire.seen) == len(sending.message)
            check_kept(sending)


PLACES = ("uploads.put_file", "uploads._count", "uploads._complete", "intake.put_file", "intake._record",
          "intake.states.move")  # fmt: skip


def test_the_server_is_killed_at_every_line(sending: Sending) -> None:
    """Before or after what it writes: the agent sends again, and one message is there."""
    for place in PLACES:
        with undone():
            with dying_at(place), pytest.raises(Killed):
                sending.send()
            sending.send()
            check_kept(sending)


def test_killed_when_only_the_parts_were_left(sending: Sending) -> None:
    """The message is whole; what is left of its parts goes with the round."""
    from federation.services.rounds import abort
    from federation.services.sweep import clear_uploads
    from federation.store import updates

    with dying_at("uploads.delete_folder"), pytest.raises(Killed):
        sending.send()
    sending.send()
    round_ = abort(round_=w.advance(sending.round_id), reason="by-operator", at=timezone.now())
    clear_uploads(round_=round_, at=timezone.now())
    assert not updates().exists(str(sending.round_id))


@contextmanager
def dying_at(place: str) -> Iterator[None]:
    """The process dies when it calls that function."""
    from federation.services import intake, uploads

    def die(*_: Any, **__: Any) -> None:
        raise Killed

    *path, name = place.split(".")
    target: Any = {"uploads": uploads, "intake": intake}[path[0]]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(target.states if path[1:] else target, name, die)
        yield
