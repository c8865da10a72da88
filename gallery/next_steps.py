"""The small checklist of a new artist: consent, a device, a picture. Read from what the other rooms know."""

from dataclasses import dataclass
from datetime import datetime

from consent.purposes import TRAIN_SHARED
from consent.selectors import consent_summary
from federation import selectors as federation
from gallery import selectors
from gallery.models import Artist

PAUSED = "You paused everything: nothing of yours is used until you resume on the page Consent."
CONSENT = {
    "not-asked": "You read what it means and sign, in your browser, yes or no. Nothing is preset.",
    "granted": "You allowed it. You can stop with one click at any time.",
    "refused": "You said no, and that is fine: everything else here works the same.",
    "revoked": "You took it back. Nothing of yours is used; you can decide otherwise at any time.",
    "expired": "Your permission ended by itself. Nothing of yours is used until you decide again.",
    "ask-again": "The text has changed in substance, so your permission is not used. Read it and decide again.",
}


@dataclass(frozen=True)
class Step:
    """One line of components/steps.html."""

    label: str
    state: str
    text: str
    href: str
    action: str


def next_steps(*, artist: Artist, at: datetime) -> list[Step]:
    """The three steps, each done or not; the first open one is the current one. A "no" to consent is an answer."""
    consent = consent_summary(artist_id=artist.pk, at=at, purpose=TRAIN_SHARED)
    devices = federation.devices_of(artist.pk).filter(withdrawn_at=None).count()
    pictures = selectors.picture_counts(artist_id=artist.pk)["all"]
    plain = [
        (
            "Decide whether your pictures may teach the model",
            consent.state in ("granted", "refused"),
            PAUSED if consent.paused else CONSENT.get(consent.state, CONSENT["not-asked"]),
            "/consent/" if consent.paused else "/consent/train/",
            "Read and decide",
        ),
        (
            "Connect the computer that holds your pictures",
            devices > 0,
            _devices_text(devices, granted=consent.in_force),
            "/devices/",
            "Connect a computer",
        ),
        (
            "Make a picture",
            pictures > 0,
            "Only you see it until you publish it." if pictures == 0 else "The studio is open for more.",
            "/studio/",
            "Open the studio",
        ),
    ]
    first_open = next((number for number, row in enumerate(plain) if not row[1]), -1)
    return [
        Step(label, "done" if done else "current" if number == first_open else "todo", text, href, action)
        for number, (label, done, text, href, action) in enumerate(plain)
    ]


def _devices_text(devices: int, *, granted: bool) -> str:
    if devices:
        return (
            f"{devices} connected." if granted else f"{devices} connected; it trains only once you allow it."
        )
    return "A small program trains there. Your pictures stay where they are; only numbers are sent."
