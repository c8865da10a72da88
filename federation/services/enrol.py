"""A device asks to belong to somebody; the artist answers; the device fetches its tokens once (RFC 8628)."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from oauth2_provider.models import DeviceGrant

from consent.services import append_entry, subject_of
from federation import states
from federation.models import Device, DeviceEnrolment
from federation.protocol import keys
from federation.protocol.errors import Refusal, refusal
from federation.services.withdraw import withdraw_device

ALPHABET = "BCDFGHJKLMNPQRSTVWXZ"  # RFC 8628 section 6.1: no vowels, no words, nothing to mistake
CODE_LENGTH = 8  # 20^8 = 2.6e10 codes, ten minutes each, ten tries an account
LIFETIME = timedelta(minutes=10)
NAME_LIMIT = 80


@dataclass(frozen=True)
class Asked:
    """What the device is told; `device_code` exists nowhere else, the database keeps its hash."""

    device_code: str
    user_code: str
    enrolment: DeviceEnrolment


def code_hash(device_code: str) -> str:
    """How a device code is kept: a thief of the database cannot poll with it."""
    return hashlib.sha256(device_code.encode()).hexdigest()


def new_user_code() -> str:
    """A fresh user code as it is stored, without the hyphen."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def spelled(user_code: str) -> str:
    """The code as people read it: XXXX-XXXX."""
    return f"{user_code[:4]}-{user_code[4:]}"


def bare(user_code: str) -> str:
    """What somebody typed, without spaces, hyphens and small letters (RFC 8628 section 6.1)."""
    return "".join(sign for sign in user_code.upper() if sign in ALPHABET)[: CODE_LENGTH + 1]


@transaction.atomic
def ask(
    *,
    client_id: str,
    scope: str,
    public_key: str,
    device_name: str,
    proof: str,
    interval_s: int,
    at: datetime,
) -> Asked:
    """A device asks. It proves that it holds the key (RFC 7800 in spirit), so nobody can enrol a key of another."""
    raw = keys.public_key(public_key)
    name = " ".join(device_name.split())
    if not 0 < len(name) <= NAME_LIMIT or not name.isprintable():
        raise refusal("device-name-invalid")
    try:
        keys.verify(raw, proof, keys.enrol_text(client_id, raw))
    except Refusal:
        raise refusal("proof-invalid") from None
    device_code = secrets.token_urlsafe(32)
    user_code = new_user_code()
    grant = DeviceGrant.objects.create(
        client_id=client_id,
        device_code=code_hash(device_code),
        user_code=user_code,
        scope=scope,
        interval=interval_s,
        expires=at + LIFETIME,
    )
    enrolment = DeviceEnrolment.objects.create(
        grant=grant,
        device_name=name,
        public_key=raw,
        fingerprint=keys.fingerprint(raw),
        interval_s=interval_s,
        created_at=at,
        expires_at=at + LIFETIME,
    )
    states.begin(enrolment, at=at)
    return Asked(device_code, user_code, enrolment)


def find_waiting(*, user_code: str, at: datetime) -> DeviceEnrolment:
    """The enrolment that waits for an answer under this code. Raises Refusal `user-code-*`."""
    found = (
        DeviceEnrolment.objects.select_related("grant")
        .filter(grant__user_code=bare(user_code))
        .order_by("-created_at")
        .first()
    )
    if found is None:
        raise refusal("user-code-unknown")
    if found.state != "waiting":
        raise refusal("user-code-answered")
    if at >= found.expires_at:
        raise refusal("user-code-expired")
    return found


@transaction.atomic
def confirm(*, enrolment: DeviceEnrolment, artist_id: int, at: datetime) -> Device:
    """The artist says "It is mine". A device of hers with the same key is enrolled again, the old one withdrawn."""
    raw = bytes(enrolment.public_key)
    for other in Device.objects.select_for_update().filter(public_key=raw).exclude(state="withdrawn"):
        if other.artist_id != artist_id:
            raise refusal("key-in-use")
        withdraw_device(device=other, at=at, reason="enrolled-again")
    try:
        with transaction.atomic():
            device = Device.objects.create(
                artist_id=artist_id,
                name=enrolment.device_name,
                public_key=raw,
                fingerprint=enrolment.fingerprint,
                enrolled_at=at,
            )
    except IntegrityError:  # somebody else confirmed the same key between the two lines
        raise refusal("key-in-use") from None
    enrolment.device = device
    _answer(enrolment, "confirmed", artist_id, at, device=device)
    states.begin(device, at=at, data={"name": device.name})
    append_entry(
        kind="device",
        body={
            "device": str(device.id),
            "subject": subject_of(artist_id=artist_id).urn,
            "key": enrolment.fingerprint,
            "event": "enrolled",
        },
        at=at,
    )
    return device


@transaction.atomic
def refuse(*, enrolment: DeviceEnrolment, artist_id: int, at: datetime) -> DeviceEnrolment:
    """The artist says "Not mine": the device is told access_denied and nothing else happens."""
    return _answer(enrolment, "refused", artist_id, at)


def _answer(
    enrolment: DeviceEnrolment, to: str, artist_id: int, at: datetime, **changes: Any
) -> DeviceEnrolment:
    """Compare-and-swap: of two artists who answer the same code at once, one is told that it was answered."""
    try:
        states.move(enrolment, to=to, at=at, **changes)
    except states.LostRace:
        raise refusal("user-code-answered") from None
    status = DeviceGrant.AUTHORIZED if to == "confirmed" else DeviceGrant.DENIED
    DeviceGrant.objects.filter(pk=enrolment.grant_id).update(status=status, user_id=artist_id)
    return enrolment
