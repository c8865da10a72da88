"""Enrolment by device code (RFC 8628): show a code and a fingerprint, wait for the artist, pin the server's key."""

import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from edge import answers, config, identity, ledger_key
from edge.api import Api
from edge.config import Config, Manners, Rules
from edge.paths import Home
from edge.state import State
from edge.tokens import TokenStore, tokens_of
from edge.transport import CLIENT_ID, TOKEN_URL, Transport
from federation.protocol import keys
from federation.protocol.errors import Refusal, refusal

DEVICE_URL = "/oauth/device-authorization/"
GRANT = "urn:ietf:params:oauth:grant-type:device_code"
SLOW_DOWN_S = 5.0  # RFC 8628 section 3.5
MAX_INTERVAL_S = 60.0


@dataclass(frozen=True)
class Asked:
    """What the artist needs to confirm this device, and what the agent polls with."""

    user_code: str
    verification_uri: str
    verification_uri_complete: str
    fingerprint: str
    device_code: str
    interval: float
    expires_in: float


@dataclass(frozen=True)
class Wish:
    """What the artist asked for on the command line."""

    server: str
    name: str
    pictures: str | None = None
    threads: int = 1
    rules: Rules = field(default_factory=Rules)
    artist_keys: tuple[str, ...] = ()
    manners: Manners = field(default_factory=Manners)


def enrol(home: Home, wish: Wish, transport: Transport, show: Callable[[Asked], None]) -> Config:
    """Enrol this home: returns the configuration that was written.

    1. The server says who it is, and its key vouches for the ledger's. 2. A key is born here. 3. The server gives a
    code; it is shown with the key's fingerprint. 4. Poll until the artist answered. 5. The key that the server names
    with the tokens must be the one that it named at first. Both keys are pinned.
    Raises Refusal `enrolled-already`, `enrol-refused`, `enrol-expired`, `server-key-differs`, `ledger-key-unvouched`
    and those of transport.
    """
    if home.config.exists():
        raise refusal("enrolled-already")
    home.make().require_private()
    api = Api(transport)
    named = _server_key(api.server())
    ledger = ledger_key.asked(api, named)
    key = identity.create(home)
    asked = _ask(transport, key, wish.name)
    if not hmac.compare_digest(asked.fingerprint, keys.fingerprint(keys.raw_public(key))):
        raise refusal("server-answer", "It shows another fingerprint than this device's.")
    show(asked)
    answer = _poll(transport, asked)
    if not hmac.compare_digest(named, _server_key(answer)):
        raise refusal("server-key-differs")
    device = _device_id(answer)
    tokens_of(answer)  # nothing is written unless all of it is there
    TokenStore(home).save(answer)
    _remember_ledger(home, ledger)
    return config.save(
        home,
        Config(
            server=wish.server,
            server_key=named,
            device_id=str(device),
            name=wish.name,
            pictures=wish.pictures,
            threads=wish.threads,
            rules=wish.rules,
            artist_keys=wish.artist_keys,
            manners=wish.manners,
        ),
    )


def _remember_ledger(home: Home, vkey: str) -> None:
    state = State(home)
    try:
        ledger_key.keep(state, vkey)
    finally:
        state.close()


def _server_key(told: dict[str, Any]) -> str:
    """The key that an answer names; it must be one."""
    named = told.get("server_key")
    try:
        keys.public_key(named if isinstance(named, str) else "")
    except Refusal:
        raise refusal("server-answer", "It names no key.") from None
    return str(named)


def _device_id(answer: dict[str, Any]) -> UUID:
    try:
        return UUID(answer["device_id"])
    except (KeyError, ValueError, TypeError, AttributeError):
        raise refusal("server-answer", "It names no device.") from None


def _ask(transport: Transport, key: Ed25519PrivateKey, name: str) -> Asked:
    public = keys.raw_public(key)
    fields = {
        "client_id": CLIENT_ID,
        "scope": "agent",
        "public_key": keys.to_b64url(public),
        "device_name": name,
        "proof": keys.sign(key, keys.enrol_text(CLIENT_ID, public)),
    }
    status, body = transport.form(DEVICE_URL, fields)
    if status != 200:
        raise _oauth_problem(status, body)
    told = answers.as_object(body)
    try:
        shown = {
            name: answers.plain(str(told[name]), 300)
            for name in ("user_code", "verification_uri", "fingerprint")
        }
        complete = answers.plain(str(told.get("verification_uri_complete", told["verification_uri"])), 300)
        interval, expires = float(told.get("interval", 5)), float(told["expires_in"])
        return Asked(
            **shown,
            verification_uri_complete=complete,
            device_code=str(told["device_code"]),
            interval=min(MAX_INTERVAL_S, max(0.2, interval)),
            expires_in=expires,
        )
    except (KeyError, ValueError, TypeError):
        raise refusal("server-answer", "It gives no code.") from None


def _poll(transport: Transport, asked: Asked) -> dict[str, Any]:
    """The token answer, once the artist confirmed."""
    fields = {"grant_type": GRANT, "device_code": asked.device_code, "client_id": CLIENT_ID}
    interval, waited = asked.interval, 0.0
    while waited <= asked.expires_in:
        transport.waiter.wait(interval)
        waited += interval
        status, body = transport.form(TOKEN_URL, fields)
        if status == 200:
            return answers.as_object(body)
        match _oauth_error(body):
            case "authorization_pending":
                continue
            case "slow_down":
                interval = min(MAX_INTERVAL_S, interval + SLOW_DOWN_S)
            case "access_denied":
                raise refusal("enrol-refused")
            case "expired_token":
                break
            case _:
                raise _oauth_problem(status, body)
    raise refusal("enrol-expired")


def _oauth_error(body: bytes) -> str:
    """The error code of RFC 6749 section 5.2, or an empty text."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    return str(told.get("error", "")) if isinstance(told, dict) else ""


def _oauth_problem(status: int, body: bytes) -> Refusal:
    """The server's words about a refused enrolment, whether it speaks RFC 9457 or RFC 6749."""
    found = answers.problem(status, body)
    if found.code == "server-answer" and _oauth_error(body):
        told = json.loads(body)
        why = answers.plain(str(told.get("error_description") or told["error"]), 400)
        return Refusal("server-answer", why, answers.plain(str(told.get("fix") or found.fix), 400), status)
    return found
