"""The small checklist of a new artist: a picture, consent, a computer, the vault. Read from what other rooms know."""

from dataclasses import dataclass, replace
from datetime import datetime

from allauth.account.models import EmailAddress

from consent.purposes import TRAIN_SHARED
from consent.selectors import consent_summary
from federation import selectors as federation
from gallery import selectors, vaults
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
    """Five at most, the first picture before anything else: it needs no answer and no computer of hers.

    Each is done or not; the first open one is the current one. A "no" to consent is an answer.
    """
    plain = [_picture(artist), _decide(artist, at=at), _computer(artist, at=at), _style(artist)]
    if not EmailAddress.objects.filter(user_id=artist.pk, verified=True).exists():
        plain.append(_letters(artist))
    first_open = next((number for number, step in enumerate(plain) if step.state != "done"), -1)
    return [
        replace(step, state="current") if number == first_open else step for number, step in enumerate(plain)
    ]


def _step(label: str, done: bool, text: str, href: str, action: str) -> Step:
    return Step(label, "done" if done else "todo", text, href, action)


def _picture(artist: Artist) -> Step:
    pictures = selectors.picture_counts(artist_id=artist.pk)["all"]
    text = (
        "The studio is open for more."
        if pictures
        else "Say what should be in it; the shared model draws it in seconds. Only you see it until you publish it."
    )
    return _step("Make a picture", pictures > 0, text, "/studio/", "Open the studio")


def _decide(artist: Artist, *, at: datetime) -> Step:
    found = consent_summary(artist_id=artist.pk, at=at, purpose=TRAIN_SHARED)
    return _step(
        "Decide whether your pictures may teach the model",
        found.state in ("granted", "refused"),
        PAUSED if found.paused else CONSENT.get(found.state, CONSENT["not-asked"]),
        "/consent/" if found.paused else "/consent/train/",
        "Read and decide",
    )


def _computer(artist: Artist, *, at: datetime) -> Step:
    devices = federation.devices_of(artist.pk).filter(withdrawn_at=None).count()
    granted = consent_summary(artist_id=artist.pk, at=at, purpose=TRAIN_SHARED).in_force
    return _step(
        "Connect the computer that holds your pictures",
        devices > 0,
        _devices_text(devices, granted=granted),
        "/devices/",
        "Connect a computer",
    )


def _style(artist: Artist) -> Step:
    there = vaults.vault_of(artist_id=artist.pk) is not None
    text = (
        "Your vault is set up. Only you can open it."
        if there
        else "An adapter of your own, trained at home and locked before it leaves. We keep it and cannot open it."
    )
    return _step("Keep your own style in the vault", there, text, "/vault/", "Set up the vault")


def _letters(artist: Artist) -> Step:
    text = (
        f"A letter waits at {artist.email}. Receipts and answers are sent only to an address you confirmed."
    )
    return _step("Confirm your e-mail address", False, text, "/accounts/email/", "Send the letter again")


def _devices_text(devices: int, *, granted: bool) -> str:
    if devices:
        return (
            f"{devices} connected." if granted else f"{devices} connected; it trains only once you allow it."
        )
    return "A small program trains there. Your pictures stay where they are; only numbers are sent."
