"""A whole life at FedArt: statements, keys, a device, a part in a round, pictures, sessions, looks, an export."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends.db import SessionStore
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.utils import timezone

from consent.models import AccessLog, ConsentExport
from consent.services import append_entry
from consent.services.looks import record_looks
from federation import states
from federation.models import AdapterVersion, Device, Event, Participation, Round
from gallery.models import Artist, GenerationRequest, Image, RequestEvent
from tests.consent.pen import Pen
from tests.gallery.scene import hang, paper_versions, params


@dataclass
class Life:
    """What there is of one artist."""

    artist: Artist
    pen: Pen
    device: Device
    image: Image
    export: ConsentExport
    version: AdapterVersion


def live(pen: Pen, *, officer: Artist) -> Life:
    """Two decisions, a device that took part in a round, a published picture, a failed one, a look, a file."""
    now = timezone.now()
    artist = pen.artist
    pen.decide("refuse", at=now - timedelta(days=3))
    pen.decide(at=now - timedelta(days=2))
    versions = paper_versions()
    device = _device(artist, now)
    round_ = Round.objects.create(
        campaign=versions[0].campaign,
        number=1,
        previous=versions[0],
        state="published",
        opened_at=now,
        stage_began_at=now,
        manifest={},
        manifest_signature="x",
        manifest_hash="y",
        roster=[str(device.pk)],
    )
    Participation.objects.create(round=round_, device=device, artist=artist, state="counted", invited_at=now)
    drawn = GenerationRequest.objects.create(
        artist=artist,
        version=versions[1],
        params=params().to_json(),
        steps=4,
        state="done",
        created_at=now,
        sent_at=now,
    )
    RequestEvent.objects.create(request=drawn, to_state="queued", at=now)
    image = hang(artist, versions[1], published=True, request=drawn, alt="An apple, by Alice")
    GenerationRequest.objects.create(
        artist=artist, version=versions[1], params=params().to_json(), steps=4, created_at=now, sent_at=now
    )
    session = SessionStore()
    session["_auth_user_id"] = str(artist.pk)
    session.create()
    UserSession.objects.create(
        user=artist, session_key=session.session_key, ip="192.0.2.7", user_agent="A browser"
    )
    stray = SessionStore()
    stray["_auth_user_id"] = str(artist.pk)
    stray.create()
    return Life(artist, pen, device, image, _export(artist, officer), versions[1])


def _device(artist: Artist, now: Any) -> Device:
    device = Device.objects.create(
        artist=artist,
        name="Alice's tower",
        public_key=secrets.token_bytes(32),
        fingerprint="k7f3-x2q9",
        enrolled_at=now,
    )
    states.begin(device, at=now)
    assert Event.objects.filter(device=device).exists()
    subject = artist.consent_subject.urn
    body = {"device": str(device.pk), "subject": subject, "key": device.fingerprint, "event": "enrolled"}
    append_entry(kind="device", body=body, at=now)
    return device


def _export(artist: Artist, officer: Artist) -> ConsentExport:
    """A finished file with this artist in it, and the look that says so."""
    now = timezone.now()
    name = storages["exports"].save("old.csv", ContentFile(artist.email.encode()))
    export = ConsentExport.objects.create(
        asked_by=officer,
        format="csv",
        filters={"artist": artist.email},
        reason="An old question",
        state="done",
        asked_at=now,
        finished_at=now,
        expires_at=now + timedelta(days=7),
        file_name=name,
    )
    record_looks(
        artist_ids=[artist.pk],
        viewer_id=officer.pk,
        role="compliance officer",
        what="export",
        reason="An old question",
        at=now,
        export_id=export.pk,
    )
    assert AccessLog.objects.filter(export=export).count() == 1
    return export
