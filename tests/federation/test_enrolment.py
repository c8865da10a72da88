"""The device flow (RFC 8628): it works, and everything env-wise people try against it does not."""

from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.test import Client
from django.utils import timezone

from federation.protocol import keys
from tests.federation import world as w

pytestmark = pytest.mark.usefixtures("world")


def let_time_pass(seconds: int) -> None:
    """Move the last poll of every enrolment back."""
    from federation.models import DeviceEnrolment

    for row in DeviceEnrolment.objects.exclude(last_poll_at=None):
        row.last_poll_at -= timedelta(seconds=seconds)
        row.save()


def test_it_works(alice: Any) -> None:
    """Ask, confirm, poll: tokens, device id and the server's key; the device is Alice's."""
    agent = w.Agent(alice, name="studio mac")
    asked = agent.ask()
    body = asked.json()
    assert asked["Cache-Control"] == "no-store"
    assert body["fingerprint"] == keys.fingerprint(keys.raw_public(agent.key))
    assert body["verification_uri_complete"].endswith(f"?user_code={body['user_code']}")
    assert agent.answer(body["user_code"]).status_code == 302
    answer = agent.poll(body["device_code"])
    assert answer.status_code == 200, answer.content
    assert {"access_token", "refresh_token", "device_id", "server_key", "origin"} <= set(answer.json())
    agent.token = answer.json()["access_token"]
    assert agent.heartbeat().status_code == 200
    device = agent.device
    assert (device.artist_id, str(device.id)) == (alice.pk, answer.json()["device_id"])


def test_pending_until_the_artist_answers(alice: Any) -> None:
    agent = w.Agent(alice)
    asked = agent.ask().json()
    assert agent.poll(asked["device_code"]).json()["error"] == "authorization_pending"


def test_a_redeemed_code_is_dead(alice: Any) -> None:
    """django-oauth-toolkit alone would hand out a second pair."""
    agent = w.Agent(alice)
    asked = agent.ask().json()
    agent.answer(asked["user_code"])
    assert agent.poll(asked["device_code"]).status_code == 200
    let_time_pass(60)
    again = agent.poll(asked["device_code"])
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")


def test_polling_too_fast_is_slowed_down(alice: Any) -> None:
    """RFC 8628 section 3.5: slow_down, and the interval grows by five seconds each time."""
    agent = w.Agent(alice)
    asked = agent.ask().json()
    agent.poll(asked["device_code"])
    assert agent.poll(asked["device_code"]).json()["error"] == "slow_down"
    agent.answer(asked["user_code"])
    let_time_pass(asked["interval"] + 1)
    assert agent.poll(asked["device_code"]).json()["error"] == "slow_down"
    let_time_pass(asked["interval"] + 11)
    assert agent.poll(asked["device_code"]).status_code == 200


def test_a_code_expires(alice: Any) -> None:
    from federation.models import DeviceEnrolment

    agent = w.Agent(alice)
    asked = agent.ask().json()
    DeviceEnrolment.objects.update(expires_at=timezone.now())
    assert agent.poll(asked["device_code"]).json()["error"] == "expired_token"
    page = agent.answer(asked["user_code"])
    assert page.status_code == 410
    assert "has expired" in page.content.decode()


def test_not_mine(alice: Any) -> None:
    agent = w.Agent(alice)
    asked = agent.ask().json()
    assert agent.answer(asked["user_code"], "deny").status_code == 302
    assert agent.poll(asked["device_code"]).json()["error"] == "access_denied"
    assert not alice.devices.exists()


def test_a_code_is_answered_once(alice: Any, charlie: Any) -> None:
    """A stranger who comes second is told so, and the device stays Alice's."""
    asked = w.Agent(alice).ask().json()
    w.Agent(alice).answer(asked["user_code"])
    second = w.Agent(charlie).answer(asked["user_code"])
    assert second.status_code == 409
    assert not charlie.devices.exists()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"proof": keys.sign(Ed25519PrivateKey.generate(), b"something else")}, "proof-invalid"),
        ({"proof": "A" * 86}, "proof-invalid"),
        ({"proof": "not base64!"}, "proof-invalid"),
        ({"public_key": "AAAA"}, "key-invalid"),
        ({"public_key": keys.to_b64url(bytes([7]) * 32)}, "proof-invalid"),
        ({"device_name": "   "}, None),
        ({"device_name": "x" * 81}, "device-name-invalid"),
        ({"device_name": "a\x00b"}, None),
        ({"scope": "everything"}, None),
        ({"client_id": "somebody-else"}, None),
    ],
)
def test_what_is_not_right_is_refused(alice: Any, change: dict[str, str], code: str | None) -> None:
    """Named where we have a name, never a 500, and nothing is made."""
    from federation.models import DeviceEnrolment

    answer = w.Agent(alice).ask(**change)
    assert 400 <= answer.status_code < 500
    assert answer.json()["error"]
    if code:
        assert answer.json()["code"] == code
    assert not DeviceEnrolment.objects.exists()


def test_only_forms_are_read(alice: Any) -> None:
    """JSON is refused in the words of RFC 6749."""
    answer = Client().post("/oauth/device-authorization/", {"client_id": "fedart-agent"}, "application/json")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


def test_guessing_user_codes_is_limited(alice: Any, charlie: Any) -> None:
    """After ten wrong codes even the right one is not looked up for a while; for others it still is."""
    asked = w.Agent(alice).ask().json()
    for _ in range(10):
        assert w.Agent(charlie).answer("BBBB-BBBB").status_code == 404
    assert w.Agent(charlie).answer("BBBB-BBBB").status_code == 429
    assert w.Agent(alice).answer(asked["user_code"]).status_code == 302


def test_guessing_device_codes_is_limited(alice: Any) -> None:
    agent = w.Agent(alice)
    for _ in range(60):
        assert agent.poll("guess").json()["error"] == "invalid_grant"
    assert agent.poll("guess").status_code == 429


def test_a_stranger_must_sign_in_first() -> None:
    answer = Client().get("/devices/confirm/?user_code=BCDF-GHJK")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")


def test_looking_at_a_code_decides_nothing(alice: Any) -> None:
    """A GET, as from a link, shows name and fingerprint with two equal buttons and changes nothing."""
    from federation.models import DeviceEnrolment

    agent = w.Agent(alice, name="studio mac")
    asked = agent.ask().json()
    browser = Client()
    browser.force_login(alice)
    page = browser.get("/devices/confirm/", {"user_code": asked["user_code"].lower().replace("-", " ")})
    text = page.content.decode()
    assert "studio mac" in text
    assert asked["fingerprint"] in text
    assert text.count('class="button"') >= 2
    assert "button--primary" not in text
    assert DeviceEnrolment.objects.get().state == "waiting"


def test_tokens_rotate_and_an_old_one_ends_the_sign_in(alice: Any) -> None:
    """RFC 9700: a refresh token is used once; replaying it revokes the family."""
    agent = w.Agent(alice).enrol()
    form = {"grant_type": "refresh_token", "refresh_token": agent.refresh, "client_id": "fedart-agent"}
    fresh = agent.post_form("/oauth/token/", form)
    assert fresh.status_code == 200, fresh.content
    assert fresh.json()["device_id"] == str(agent.device.id)
    old_access, agent.token = agent.token, fresh.json()["access_token"]
    assert agent.heartbeat().status_code == 200
    replay = agent.post_form("/oauth/token/", form)
    assert (replay.status_code, replay.json()["error"]) == (400, "invalid_grant")
    assert agent.heartbeat().status_code == 401
    agent.token = old_access
    assert agent.heartbeat().status_code == 401


def test_a_withdrawn_device_is_out(alice: Any) -> None:
    """Its calls are refused by name, its refresh token is dead, withdrawing again changes nothing."""
    agent = w.Agent(alice).enrol()
    device = agent.device
    browser = Client()
    browser.force_login(alice)
    for _ in range(2):
        assert browser.post(f"/devices/{device.id}/withdraw/").status_code == 302
    refused = agent.heartbeat()
    assert (refused.status_code, refused.json()["code"]) == (403, "device-withdrawn")
    form = {"grant_type": "refresh_token", "refresh_token": agent.refresh, "client_id": "fedart-agent"}
    assert agent.post_form("/oauth/token/", form).json()["error"] == "invalid_grant"


def test_nobody_withdraws_another_artists_device(alice: Any, charlie: Any) -> None:
    device = w.Agent(alice).enrol().device
    browser = Client()
    browser.force_login(charlie)
    assert browser.post(f"/devices/{device.id}/withdraw/").status_code == 404
    assert w.Agent(alice).artist.devices.get().state == "active"


def test_a_key_belongs_to_one_account(alice: Any, charlie: Any) -> None:
    """Charlie cannot confirm a key that is Alice's; Alice may enrol her own machine again."""
    agent = w.Agent(alice).enrol()
    first = agent.device
    asked = agent.ask().json()
    assert w.Agent(charlie).answer(asked["user_code"]).status_code == 409
    agent.enrol()
    first.refresh_from_db()
    assert (first.state, first.state_reason) == ("withdrawn", "enrolled-again")
    assert agent.device.pk != first.pk


def test_no_secret_is_kept_in_the_clear(alice: Any) -> None:
    """Device code, access and refresh token are hashes in the database."""
    from oauth2_provider.models import AccessToken, DeviceGrant, RefreshToken

    agent = w.Agent(alice)
    asked = agent.ask().json()
    assert not DeviceGrant.objects.filter(device_code=asked["device_code"]).exists()
    agent.enrol()
    assert not AccessToken.objects.filter(token=agent.token).exists()
    assert not RefreshToken.objects.filter(token=agent.refresh).exists()


def test_an_agents_token_opens_no_other_door(alice: Any) -> None:
    """The token is for the agents' doors; an artist's own API does not know it."""
    agent = w.Agent(alice).enrol()
    assert agent.post("requests", {"prompt": "a heart"}).status_code in (401, 403)


def test_unfetched_devices_end(alice: Any) -> None:
    """Confirmed, but the agent never came: after the code's life the device is withdrawn."""
    from federation.services.devices import expire_enrolments

    asked = w.Agent(alice).ask().json()
    w.Agent(alice).answer(asked["user_code"])
    assert expire_enrolments(at=timezone.now() + timedelta(minutes=11)) == 1
    assert alice.devices.get().state_reason == "never-connected"
