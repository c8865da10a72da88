"""A small federated world for tests: a base of eight numbers, a campaign, artists with signed consent, agents.

Agents speak through Django's test client and the pure ClientSession, as a real agent does over HTTP.
"""

from __future__ import annotations

import hashlib
import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.test import Client
from django.utils import timezone

from federation.adapters.spec import AdapterSpec
from federation.privacy.encode import noise_of
from federation.protocol import keys
from federation.protocol import manifest as manifests
from federation.protocol.roster import Roster
from federation.protocol.schemes import SCHEMES
from federation.protocol.sessions import ClientContext
from federation.protocol.steps import Step
from tests.federation.artists import grant as grant
from tests.federation.artists import make_artists as make_artists
from tests.federation.artists import revoke as revoke
from tests.federation.protocol.terms import small_spec

if TYPE_CHECKING:
    from federation.models import Base, Campaign, Device, Round
    from gallery.models import Artist

DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"


def prepare() -> None:
    """What `manage.py setup` would have done."""
    from django.conf import settings

    from consent.services.notices import install_shipped_notices
    from fedart_site.server_key import make_server_key
    from federation.services.setup import make_oauth_application

    make_server_key(Path(settings.SERVER_KEY_FILE))
    install_shipped_notices(at=timezone.now() - timedelta(minutes=5))
    make_oauth_application()


def make_base() -> Base:
    """A base whose adapter has eight shared numbers; its one file is a blob."""
    from federation.models import Base
    from federation.store import blob_name, blobs, put_bytes

    data = b"weights of a very small base"
    sha256 = hashlib.sha256(data).hexdigest()
    put_bytes(blobs(), blob_name(sha256), data)
    spec = small_spec()
    base, _ = Base.objects.get_or_create(
        hash=spec.base,
        defaults={
            "name": "eight numbers",
            "spec": spec.to_json(),
            "spec_hash": spec.hash(),
            "files": [{"path": "unet/weights.safetensors", "sha256": sha256, "size": len(data)}],
            "registered_at": timezone.now(),
        },
    )
    return base


def make_campaign(**terms: Any) -> Campaign:
    """A running campaign with short deadlines; any term can be changed."""
    from federation.services.campaigns import Terms, create_campaign, start_campaign

    chosen: dict[str, Any] = {
        "name": "First light",
        "min_cohort": 3,
        "threshold": 2,
        "training_window_s": 60,
        "stage_s": 30,
        "steps": 4,
        "batch": 2,
    }
    at = timezone.now()
    campaign = create_campaign(base=make_base(), terms=Terms(**{**chosen, **terms}), at=at)
    return start_campaign(campaign=campaign, at=at)


class Agent:
    """An agent that does what it is told, one call at a time."""

    def __init__(self, artist: Artist | None, name: str = "laptop", http: Any = None) -> None:
        self.artist, self.name = artist, name
        self.key = Ed25519PrivateKey.generate()
        self.http = http or Client()
        self.token = self.refresh = ""
        self.device_id = UUID(int=0)
        self.session: Any = None
        self.scheme: Any = None
        self.params: Any = None

    # --- enrolment -------------------------------------------------------------------------------

    def ask(self, **changes: str) -> Any:
        """POST /oauth/device-authorization/."""
        raw = keys.raw_public(self.key)
        form = {
            "client_id": "fedart-agent",
            "scope": "agent",
            "public_key": keys.to_b64url(raw),
            "device_name": self.name,
            "proof": keys.sign(self.key, keys.enrol_text("fedart-agent", raw)),
        }
        return self.post_form("/oauth/device-authorization/", {**form, **changes})

    def poll(self, device_code: str) -> Any:
        """POST /oauth/token/ with the device code."""
        form = {"grant_type": DEVICE_GRANT, "device_code": device_code, "client_id": "fedart-agent"}
        return self.post_form("/oauth/token/", form)

    def post_form(self, path: str, form: dict[str, str]) -> Any:
        from urllib.parse import urlencode

        return self.http.post(path, urlencode(form), content_type="application/x-www-form-urlencoded")

    def answer(self, user_code: str, answer: str = "confirm") -> Any:
        """The artist answers in her browser."""
        browser = Client()
        browser.force_login(self.artist)
        return browser.post("/devices/confirm/", {"user_code": user_code, "answer": answer})

    def enrol(self) -> Agent:
        """The whole device flow."""
        asked = self.ask().json()
        assert self.answer(asked["user_code"]).status_code == 302
        return self.take_tokens(self.poll(asked["device_code"]))

    def take_tokens(self, answer: Any) -> Agent:
        """What the server gave once the artist had confirmed."""
        assert answer.status_code == 200, answer.content
        told = answer.json()
        self.token, self.refresh = told["access_token"], told["refresh_token"]
        self.device_id = UUID(told["device_id"])
        return self

    @property
    def device(self) -> Device:
        from federation.models import Device

        return Device.objects.exclude(state="withdrawn").get(public_key=keys.raw_public(self.key))

    # --- calls -----------------------------------------------------------------------------------

    def get(self, path: str) -> Any:
        return self.http.get(f"/api/v1/{path}", headers={"Authorization": f"Bearer {self.token}"})

    def post(self, path: str, data: Any = None) -> Any:
        return self.http.post(
            f"/api/v1/{path}",
            data if data is not None else {},
            content_type="application/json",
            headers={"Authorization": f"Bearer {self.token}"},
        )

    def heartbeat(self, state: str = "idle", **more: Any) -> Any:
        return self.post("agent/heartbeat", {"state": state, **more})

    def send(self, round_id: UUID, step: Step, body: bytes, *, signature: str | None = None) -> Any:
        """One message; signed with this agent's key unless another signature is given."""
        text = keys.message_text(round_id, step, body)
        return self.http.post(
            f"/api/v1/rounds/{round_id}/messages/{step.slug}",
            body,
            content_type="application/octet-stream",
            headers={
                "Authorization": f"Bearer {self.token}",
                "X-FedArt-Device-Signature": keys.sign(self.key, text) if signature is None else signature,
            },
        )

    # --- a round ---------------------------------------------------------------------------------

    def get_ready(self, round_id: UUID) -> Agent:
        """Heartbeat, terms, join, ready."""
        self.heartbeat("idle")
        answer = self.get(f"rounds/{round_id}/manifest").json()
        server_key = keys.from_b64url(self.http.get("/api/v1/server").json()["server_key"], 32)
        manifest = manifests.open_signed(answer, server_key)
        params = manifest.params(AdapterSpec.from_json(manifest.spec).length)
        self.scheme, self.params, self.session = SCHEMES[manifest.scheme], params, None
        assert self.post(f"rounds/{round_id}/join").status_code == 200
        assert self.post(f"rounds/{round_id}/ready").status_code == 200
        return self

    def begin(self, round_id: UUID) -> None:
        """The device's side of the round, once the roster is there."""
        listed = Roster.from_json(self.get(f"rounds/{round_id}/roster").json()["roster"])
        noise = noise_of(self.params, os.urandom)
        context = ClientContext(self.key, listed.keys, os.urandom, noise)
        rng = np.random.default_rng(7)
        self.session = self.scheme.client(self.params, self.device_id, rng, None, context)

    def message(self, round_id: UUID, step: Step, update: Any = None) -> bytes:
        """The wire bytes of a step, made with what is in the inbox."""
        if self.session is None:
            self.begin(round_id)
        inbox = (
            b"" if step is Step.ADVERTISE_KEYS else self.get(f"rounds/{round_id}/inbox/{step.slug}").content
        )
        match step:
            case Step.ADVERTISE_KEYS:
                return bytes(self.session.advertise_keys())
            case Step.SHARE_KEYS:
                return bytes(self.session.share_keys(inbox))
            case Step.MASKED_INPUT:
                return bytes(self.session.masked_input(inbox, update))
            case Step.CONSISTENCY:
                return bytes(self.session.confirm(inbox))
            case Step.UNMASK:
                return bytes(self.session.unmask(inbox))

    def take(self, round_id: UUID, step: Step, update: Any = None) -> Any:
        """Make and send the message of a step."""
        answer = self.send(round_id, step, self.message(round_id, step, update))
        assert answer.status_code == 201, answer.content
        return answer


def update_of(number: int) -> Any:
    """A different small update for each agent, shorter than the clip."""
    return np.linspace(-0.1, 0.1, small_spec().length) * (number + 1)


def advance(round_id: UUID, at: datetime | None = None) -> Round:
    """What the workers do when they are told to look, and to make the inboxes."""
    from federation.services.deliver import deliver_stage
    from federation.services.stages import advance as advance_round

    round_ = advance_round(round_id=round_id, at=at or timezone.now())
    return deliver_stage(round_id=round_id, at=at or timezone.now()) if round_.session else round_


def aggregate(round_id: UUID) -> Round:
    """What the workers do when the last stage is over."""
    from federation.services.aggregate import fold_and_finish
    from federation.services.publish import publish_round

    fold_and_finish(round_id=round_id, at=timezone.now())
    return publish_round(round_id=round_id, at=timezone.now())


def open_round(campaign: Campaign) -> Round:
    from federation.services.rounds import open_round as open_next

    return open_next(campaign=campaign, at=timezone.now())


def run_step(agents: list[Agent], round_id: UUID, step: Step) -> Round:
    """Every agent takes the step, then the stage is looked at."""
    for number, agent in enumerate(agents):
        agent.take(round_id, step, update_of(number) if step is Step.MASKED_INPUT else None)
    return advance(round_id)


def cohort(count: int) -> list[Agent]:
    """Consenting artists with enrolled agents that have called once."""
    agents = [Agent(artist).enrol() for artist in make_artists(count)]
    for agent in agents:
        agent.heartbeat()
    return agents
