"""Plays the five sample artists at the website: account, signing key, signed consent, "this device is mine"."""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from consent.ledger import canonical, multibase, signing, statement
from consent.purposes import TRAIN_SHARED
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


def sign_consent(visitor: Visitor) -> dict[str, object]:
    """Make a key and sign the statement for the shared adapter, through the doors that the consent page uses.

    A browser keeps its key where no script can read it; this one is forgotten when the demo ends, as after a lost key.
    Returns what the ledger answered: the statement's id and the index of its entry.
    """
    visitor.get("/consent/")
    key = Ed25519PrivateKey.generate()
    public = multibase.key_multibase(key.public_key().public_bytes_raw())
    visitor.post_json("/consent/keys", {"public_key": public, "label": "demo"})
    wanted = {"purpose": TRAIN_SHARED, "decision": "grant", "key": public}
    document = visitor.post_json("/consent/drafts", wanted)["document"]
    signed = signing.sign(document, private_key=key, created=statement.utc_text(datetime.now(UTC)))
    answer = visitor.post_json("/consent/statements", canonical.canonical_bytes(signed))
    return dict(answer)


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
    """Sign unless a permission stands already. Returns whether a statement was signed now."""
    statements = visitor.get("/api/v1/consent/statements").json()["statements"]
    if any(row["status"] == "ConsentGiven" for row in statements[:1]):
        return False
    sign_consent(visitor)
    return True
