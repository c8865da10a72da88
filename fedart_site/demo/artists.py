"""Plays the five sample artists at the website: account, signing key, signed consent, "this device is mine"."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from consent.ledger import canonical, multibase, signing, statement
from consent.purposes import CREDIT_BY_NAME, SHOW_IMAGES, TRAIN_SHARED
from fedart_site.demo.board import StepFailed
from fedart_site.demo.visitor import Visitor

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True)
class SampleArtist:
    """What samples/<slug>/artist.json says of one artist."""

    slug: str
    name: str
    folder: Path

    @property
    def email(self) -> str:
        """A login that can never receive mail (RFC 2606)."""
        return f"{self.slug}@artists.example"


def sample_artists(samples: Path = SAMPLES) -> list[SampleArtist]:
    """The artists that the repository ships, in the order of their names."""
    found = []
    for file in sorted(samples.glob("*/artist.json")):
        about = json.loads(file.read_text(encoding="utf-8"))
        found.append(SampleArtist(slug=file.parent.name, name=about["name"], folder=file.parent))
    if not found:
        raise StepFailed(f"no sample artists below {samples}: is the checkout complete?")
    return found


# What the artists of the demo allow: training, their pictures on the wall, their names beside them.
ALLOWED = (TRAIN_SHARED, SHOW_IMAGES, CREDIT_BY_NAME)
_TRUST = re.compile(r"fedart-edge trust (z6Mk\w+)")


def sign_consent(visitor: Visitor, purposes: Iterable[str] = ALLOWED) -> None:
    """Make a key and sign a statement for each purpose, through the doors that the consent page uses.

    A browser keeps its key where no script can read it; this one is forgotten when the demo ends, as after a lost key.
    """
    visitor.get("/consent/")
    key = Ed25519PrivateKey.generate()
    public = multibase.key_multibase(key.public_key().public_bytes_raw())
    visitor.post_json("/consent/keys", {"public_key": public, "label": "demo"})
    for purpose in purposes:
        wanted = {"purpose": purpose, "decision": "grant", "key": public}
        document = visitor.post_json("/consent/drafts", wanted)["document"]
        signed = signing.sign(document, private_key=key, created=statement.utc_text(datetime.now(UTC)))
        visitor.post_json("/consent/statements", canonical.canonical_bytes(signed))


def key_on_page(visitor: Visitor) -> str:
    """The key that the artist's own consent page tells her to enter on her computer."""
    found = _TRUST.search(visitor.get("/consent/train/").text)
    if found is None:
        raise StepFailed("the consent page does not say which key the artist's computer should trust")
    return found[1]


def confirm_device(visitor: Visitor, user_code: str, fingerprint: str) -> None:
    """Open the confirm page, compare the fingerprint with the one that the agent shows, and say yes."""
    page = visitor.get(f"/devices/confirm/?user_code={user_code}")
    if fingerprint not in page.text:
        raise StepFailed(
            f"the page for code {user_code} does not show the fingerprint {fingerprint} of the agent"
        )
    answer = visitor.post_form("/devices/confirm/", {"user_code": user_code, "answer": "confirm"})
    if fingerprint not in visitor.get("/devices/").text:
        said = _SPACES.sub(" ", re.sub(r"<[^>]+>", " ", answer.text))[:300]
        raise StepFailed(f"the device {fingerprint} is not on the artist's page; the site said: {said}")


def sign_consent_once(visitor: Visitor) -> bool:
    """Sign what does not stand granted yet. Returns whether anything was signed now."""
    said: dict[str, str] = {}
    for row in visitor.get("/api/v1/consent/statements").json()["statements"]:
        said.setdefault(row["purpose"], row["status"])  # the newest comes first
    missing = [purpose for purpose in ALLOWED if said.get(purpose) != statement.GIVEN]
    if missing:
        sign_consent(visitor, missing)
    return bool(missing)
