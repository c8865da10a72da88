"""Something behind every page of the site, and for each person of tools/pages.py a browser that may see it."""

import uuid
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from allauth.core import context
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from consent.models import ConsentExport, Statement
from consent.purposes import CREDIT_BY_NAME, SHOW_IMAGES
from consent.services.breaches import log_breach
from consent.services.exports import build_export
from consent.services.holds import ask_hold
from consent.services.requests import open_request
from federation.models import Round
from federation.protocol.steps import Step
from gallery.models import Artist, GenerationRequest
from gallery.services import reporting, viewing
from tests import people
from tests.consent.desk.life import Life, live
from tests.consent.desk.seats import seat
from tests.consent.desk.test_requests import letter
from tests.consent.pen import Pen, allow
from tests.consent.test_passkeys import Passkey
from tests.federation import world
from tests.gallery.scene import hang
from tools import pages

NEWCOMER, GUARDED = people.Person("Nell"), people.Person("Greta")


@dataclass
class Scene:
    """Browsers by who looks, and what stands for each name in an address."""

    browsers: dict[str, Client] = field(default_factory=dict)
    names: dict[str, Any] = field(default_factory=dict)

    def address(self, page: str) -> str:
        """The address of a page, with this scene's artist, picture, round and so on in it."""
        return reverse(page, kwargs=self.names.get(page))


def set_up() -> Scene:
    """Alice with a whole life, a newcomer, an artist with every second factor, and staff at their desks."""
    now = timezone.now()
    round_ = _published_round()
    officer, second = people.make(people.CONNIE), people.make(people.Person("Dora", "compliance officer"))
    operator, alice = people.make(people.OLGA), people.make(people.ALICE)
    allow(alice, SHOW_IMAGES, CREDIT_BY_NAME)
    life = live(Pen(alice).register(), officer=officer)
    for number in range(3):
        seen = hang(
            alice, life.version, published=True, alt=f"Apple {number}", at=now - timedelta(minutes=number)
        )
    report = reporting.report(image=seen, reporter=None, address="192.0.2.7", at=now)
    viewing.hide_version(viewer=alice, image=seen, at=now)
    own = open_request(artist=alice, kind="access", details="", purpose="", changes={}, at=now)
    desk = _desk(life, officer, second)
    guarded = _guarded()
    found = Scene(
        browsers={
            pages.VISITOR: Client(),
            pages.NEWCOMER: seat(people.make(NEWCOMER)),
            pages.ARTIST: seat(alice),
            pages.GUARDED: seat(guarded),
            pages.HALFWAY: _halfway(guarded),
            pages.OFFICER: desk.pop("browser"),
            pages.OPERATOR: seat(operator),
            pages.MODERATOR: seat(people.make(people.MO)),
        }
    )
    found.names = _names(life, own, desk, guarded, round_) | {"gallery:report-page": {"token": report.token}}
    return found


def _names(life: Life, own: Any, desk: dict[str, Any], guarded: Artist, round_: Round) -> dict[str, Any]:
    asked = GenerationRequest.objects.filter(artist=life.artist, state="queued").get()
    group = uuid.uuid4()
    GenerationRequest.objects.filter(pk=asked.pk).update(group=group)
    key = Authenticator.objects.get(user=guarded, type="webauthn").pk
    lost = {"uidb36": user_pk_to_url_str(guarded), "key": default_token_generator.make_token(guarded)}
    address = EmailAddress.objects.create(user=life.artist, email="second@example.org")
    return {
        "gallery:image": {"handle": life.image.handle},
        "gallery:request": {"handle": asked.handle},
        "gallery:strip": {"group": group},
        "gallery:artist": {"handle": life.artist.handle},
        "your-data-request": {"request_id": own.pk},
        "consent-purpose": {"slug": "wall"},
        "compliance-person": {"handle": life.artist.handle},
        "compliance-request-new": {"handle": life.artist.handle},
        "mfa_edit_webauthn": {"pk": key},
        "mfa_remove_webauthn": {"pk": key},
        "account_reset_password_from_key": lost,
        "account_confirm_email": {"key": EmailConfirmationHMAC(address).key},
        "round": {"round_id": round_.pk},
        "round-desk": {"round_id": round_.pk},
        "campaign": {"campaign_id": round_.campaign_id},
        "version": {"campaign_id": round_.campaign_id, "number": 1},
        **desk,
    }


def _published_round() -> Round:
    """Three agents through a whole round, to version 1."""
    world.prepare()
    campaign, agents = world.make_campaign(name="Autumn"), world.cohort(3)
    round_ = world.open_round(campaign)
    for agent in agents:
        agent.get_ready(round_.id)
    world.advance(round_.id)
    for step in Step:
        world.run_step(agents, round_.id, step)
    return world.aggregate(round_.id)


def _desk(life: Life, officer: Artist, second: Artist) -> dict[str, Any]:
    """A request, a hold, a breach and a file at the compliance desk."""
    now = timezone.now()
    row = letter(officer, life.artist, "objection", purpose=SHOW_IMAGES)
    ask_hold(artist_id=life.artist.pk, officer=second, basis="claims", reason="A claim is argued.", at=now)
    facts = {
        "title": "Lost laptop",
        "nature": "A laptop was lost.",
        "data": "Addresses",
        "consequences": "Few",
        "measures": "Keys were changed.",
        "risk": "risk",
    }
    breach = log_breach(reporter=officer, role="compliance officer", aware_at=now, facts=facts, at=now)
    browser = seat(officer)
    browser.post("/compliance/exports", {"format": "csv", "reason": "Question of the authority"})
    export = ConsentExport.objects.get(reason="Question of the authority")
    build_export(export_id=export.pk, at=now)
    browser.post(
        f"/compliance/people/{life.artist.handle}/reason", {"reason": "The authority asked about her"}
    )
    return {
        "browser": browser,
        "compliance-request": {"request_id": row.pk},
        "compliance-breach": {"breach_id": breach.pk},
        "compliance-export": {"export_id": export.pk},
        "compliance-record": {"statement_id": Statement.objects.filter(artist=life.artist).first().pk},  # type: ignore[union-attr]
    }


def _guarded() -> Artist:
    """Passkey, codes from an app, recovery codes."""
    artist = people.make(GUARDED)
    with context.request_context(RequestFactory().get("/", HTTP_HOST="testserver")):
        TOTP.activate(artist, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
        RecoveryCodes.activate(artist)
        Passkey(artist)
    return artist


def _halfway(artist: Artist) -> Client:
    """The password was right; the code is still to come."""
    browser = Client()
    browser.post("/accounts/login/", {"login": artist.email, "password": people.PASSWORD})
    return browser
