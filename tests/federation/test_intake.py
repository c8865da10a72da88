"""Every way in which a message is refused, each by its name, changing nothing."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.test import Client
from django.utils import timezone

from federation.protocol import keys
from federation.protocol.steps import Step
from tests.federation import world as w

pytestmark = pytest.mark.usefixtures("world")


@pytest.fixture
def agents(campaign: Any) -> list[w.Agent]:
    return w.cohort(3)


@pytest.fixture
def scheme() -> str:
    return "SecAgg"


@pytest.fixture
def campaign(scheme: str) -> Any:
    return w.make_campaign(scheme=scheme)


@pytest.fixture
def collecting(campaign: Any, agents: list[w.Agent]) -> Any:
    """A round that waits for the updates of three agents."""
    round_ = w.open_round(campaign)
    for agent in agents:
        agent.get_ready(round_.id)
    w.advance(round_.id)
    w.run_step(agents, round_.id, Step.ADVERTISE_KEYS)
    return w.run_step(agents, round_.id, Step.SHARE_KEYS)


def refused(answer: Any, status: int, code: str) -> None:
    """The answer is this refusal, worded, and nothing was kept."""
    from federation.models import Message

    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.content
    assert answer.json()["detail"]
    assert answer.json()["fix"]
    assert answer["Content-Type"] == "application/problem+json"
    assert not Message.objects.filter(step="masked-input").exists()


def test_it_works(agents: list[w.Agent], collecting: Any) -> None:
    """201 once, 200 for the same bytes again, one row, one file under its hash."""
    from federation.models import Message
    from federation.store import updates

    agent = agents[0]
    body = agent.message(collecting.id, Step.MASKED_INPUT, w.update_of(0))
    assert agent.send(collecting.id, Step.MASKED_INPUT, body).status_code == 201
    assert agent.send(collecting.id, Step.MASKED_INPUT, body).status_code == 200
    message = Message.objects.get(step="masked-input")
    assert message.storage_name == f"{collecting.id}/{message.sha256}"
    assert updates().size(message.storage_name) == message.size == len(body)


def test_another_message_for_the_same_step(agents: list[w.Agent], collecting: Any) -> None:
    from federation.models import Message

    agent = agents[0]
    body = agent.message(collecting.id, Step.MASKED_INPUT, w.update_of(0))
    agent.send(collecting.id, Step.MASKED_INPUT, body)
    answer = agent.send(collecting.id, Step.MASKED_INPUT, body[:-1] + bytes([body[-1] ^ 1]))
    assert (answer.status_code, answer.json()["code"]) == (409, "message-twice")
    assert Message.objects.filter(step="masked-input").count() == 1


def test_too_long_is_refused_before_it_is_read(
    agents: list[w.Agent], collecting: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the length that the sender says is looked at."""
    from django.core.handlers.wsgi import WSGIRequest

    def read(*_: Any) -> bytes:
        raise AssertionError("the body was read")

    body = agents[0].message(collecting.id, Step.MASKED_INPUT, w.update_of(0)) + b"more"
    monkeypatch.setattr(WSGIRequest, "read", read)
    refused(agents[0].send(collecting.id, Step.MASKED_INPUT, body), 413, "message-too-long")


def test_too_short(agents: list[w.Agent], collecting: Any) -> None:
    body = agents[0].message(collecting.id, Step.MASKED_INPUT, w.update_of(0))
    refused(agents[0].send(collecting.id, Step.MASKED_INPUT, body[:-4]), 400, "message-truncated")


def test_empty(agents: list[w.Agent], collecting: Any) -> None:
    refused(agents[0].send(collecting.id, Step.MASKED_INPUT, b""), 411, "body-length-missing")


def test_not_a_message_of_ours(agents: list[w.Agent], collecting: Any) -> None:
    body = agents[0].message(collecting.id, Step.MASKED_INPUT, w.update_of(0))
    refused(agents[0].send(collecting.id, Step.MASKED_INPUT, b"X" * len(body)), 400, "message-not-ours")


def test_an_unknown_version(agents: list[w.Agent], collecting: Any) -> None:
    body = bytearray(agents[0].message(collecting.id, Step.MASKED_INPUT, w.update_of(0)))
    body[4] += 1
    refused(agents[0].send(collecting.id, Step.MASKED_INPUT, bytes(body)), 400, "message-version")


def test_not_a_ring_vector(agents: list[w.Agent], collecting: Any) -> None:
    """The right length with a wrong count inside."""
    body = bytearray(agents[0].message(collecting.id, Step.MASKED_INPUT, w.update_of(0)))
    body[76:80] = (7).to_bytes(4, "little")
    refused(agents[0].send(collecting.id, Step.MASKED_INPUT, bytes(body)), 400, "vector-wrong-length")


@pytest.mark.parametrize("scheme", ["UnsafePlainSum"])
def test_over_the_clip(agents: list[w.Agent], collecting: Any) -> None:
    """No honest device sends numbers this large; only a sum in the clear lets the server see it."""
    body = bytearray(agents[0].message(collecting.id, Step.MASKED_INPUT, w.update_of(0)))
    body[80:84] = (1 << 30).to_bytes(4, "little")
    refused(agents[0].send(collecting.id, Step.MASKED_INPUT, bytes(body)), 400, "vector-over-clip")


@pytest.mark.parametrize("signature", ["", "AAAA", "é", "A" * 86])
def test_wrong_signature(agents: list[w.Agent], collecting: Any, signature: str) -> None:
    body = agents[0].message(collecting.id, Step.MASKED_INPUT, w.update_of(0))
    answer = agents[0].send(collecting.id, Step.MASKED_INPUT, body, signature=signature)
    refused(answer, 403, "signature-invalid")


def test_signed_by_another_key(agents: list[w.Agent], collecting: Any) -> None:
    body = agents[0].message(collecting.id, Step.MASKED_INPUT, w.update_of(0))
    text = keys.message_text(collecting.id, Step.MASKED_INPUT, body)
    answer = agents[0].send(
        collecting.id, Step.MASKED_INPUT, body, signature=keys.sign(Ed25519PrivateKey.generate(), text)
    )
    refused(answer, 403, "signature-invalid")


def test_another_devices_token(agents: list[w.Agent], collecting: Any) -> None:
    """A stolen message does not count for the thief: the signature is by another device."""
    body = agents[0].message(collecting.id, Step.MASKED_INPUT, w.update_of(0))
    agents[0].token = agents[1].token
    refused(agents[0].send(collecting.id, Step.MASKED_INPUT, body), 403, "signature-invalid")


def test_another_devices_message_signed_again(agents: list[w.Agent], collecting: Any) -> None:
    """Nor when the thief signs it: the message names its sender."""
    body = agents[0].message(collecting.id, Step.MASKED_INPUT, w.update_of(0))
    refused(agents[1].send(collecting.id, Step.MASKED_INPUT, body), 403, "message-wrong-sender")


def test_unknown_round(agents: list[w.Agent], collecting: Any) -> None:
    refused(agents[0].send(uuid4(), Step.MASKED_INPUT, b"x"), 404, "round-unknown")


def test_no_part_in_the_round(collecting: Any, alice: Any) -> None:
    refused(w.Agent(alice).enrol().send(collecting.id, Step.MASKED_INPUT, b"x"), 403, "not-in-round")


def test_too_early(agents: list[w.Agent], collecting: Any) -> None:
    answer = agents[0].send(collecting.id, Step.UNMASK, b"x")
    refused(answer, 425, "stage-not-yet")


def test_an_earlier_step_is_over(agents: list[w.Agent], collecting: Any) -> None:
    from federation.models import Message

    Message.objects.filter(step="share-keys").delete()
    refused(agents[0].send(collecting.id, Step.SHARE_KEYS, b"x"), 409, "stage-over")


def test_late_by_the_clock(agents: list[w.Agent], collecting: Any) -> None:
    """The deadline counts even when no worker has looked yet."""
    from federation.models import Round

    body = agents[0].message(collecting.id, Step.MASKED_INPUT, w.update_of(0))
    Round.objects.update(deadline=timezone.now() - timedelta(seconds=1))
    refused(agents[0].send(collecting.id, Step.MASKED_INPUT, body), 409, "stage-over")


def test_the_round_is_over(agents: list[w.Agent], collecting: Any) -> None:
    from federation.services.rounds import abort

    body = agents[0].message(collecting.id, Step.MASKED_INPUT, w.update_of(0))
    abort(round_=collecting, reason="by-operator", at=timezone.now())
    refused(agents[0].send(collecting.id, Step.MASKED_INPUT, body), 410, "round-over")


def test_no_live_grant(agents: list[w.Agent], collecting: Any) -> None:
    """A revocation takes effect with the next message, and the artist's page says so."""
    body = agents[0].message(collecting.id, Step.MASKED_INPUT, w.update_of(0))
    w.revoke(agents[0].artist)
    refused(agents[0].send(collecting.id, Step.MASKED_INPUT, body), 403, "no-live-grant")
    part = agents[0].artist.participations.get()
    assert (part.state, part.state_reason) == ("dropped", "no-live-grant")


def test_withdrawn_device(agents: list[w.Agent], collecting: Any) -> None:
    from federation.services.withdraw import withdraw_device

    body = agents[0].message(collecting.id, Step.MASKED_INPUT, w.update_of(0))
    withdraw_device(device=agents[0].device, at=timezone.now())
    refused(agents[0].send(collecting.id, Step.MASKED_INPUT, body), 403, "device-withdrawn")


def test_no_token(collecting: Any) -> None:
    answer = Client().post(
        f"/api/v1/rounds/{collecting.id}/messages/masked-input", b"x", "application/octet-stream"
    )
    assert answer.status_code == 401
    assert "Bearer" in answer["WWW-Authenticate"]


def test_a_browser_session_is_no_device(collecting: Any, alice: Any) -> None:
    browser = Client()
    browser.force_login(alice)
    answer = browser.post(
        f"/api/v1/rounds/{collecting.id}/messages/masked-input", b"x", "application/octet-stream"
    )
    assert answer.status_code == 401


def test_unknown_step(agents: list[w.Agent], collecting: Any) -> None:
    answer = agents[0].get(f"rounds/{collecting.id}/inbox/dance")
    assert (answer.status_code, answer.json()["code"]) == (404, "step-unknown")


def test_other_media_types(agents: list[w.Agent], collecting: Any) -> None:
    answer = agents[0].post(f"rounds/{collecting.id}/messages/masked-input", {"a": 1})
    assert answer.status_code == 415


def test_the_inbox_waits(campaign: Any, agents: list[w.Agent]) -> None:
    """425 with Retry-After before the step, the message after it."""
    round_ = w.open_round(campaign)
    for agent in agents:
        agent.get_ready(round_.id)
    w.advance(round_.id)
    answer = agents[0].get(f"rounds/{round_.id}/inbox/share-keys")
    assert (answer.status_code, answer.json()["code"]) == (425, "stage-not-yet")
    assert int(answer["Retry-After"]) >= 1
    w.run_step(agents, round_.id, Step.ADVERTISE_KEYS)
    assert agents[0].get(f"rounds/{round_.id}/inbox/share-keys")["Content-Type"] == "application/octet-stream"
