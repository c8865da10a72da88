"""This computer as a member of the vault: its own key, the vault it was shown, and the last list that it saw."""

import json
from dataclasses import asdict, dataclass, replace

from pyrage import x25519

from edge.paths import Home, write_private
from edge.vault.doors import Doors
from edge.vault.ring import Ring, open_ring
from federation.protocol.errors import refusal
from federation.protocol.keys import fingerprint
from federation.vault import lists
from federation.vault.lists import VaultList

FILE = "vault.json"


@dataclass(frozen=True, repr=False)
class Member:
    """`identity` is this computer's age identity. `last` is the last signed list seen, in its exact text; empty until
    the artist has confirmed the vault's fingerprint. It is what makes a server's older or other list visible."""

    identity: str
    last: str = ""

    @property
    def recipient(self) -> str:
        """The public half of this computer's key."""
        return str(x25519.Identity.from_str(self.identity).to_public())

    @property
    def fingerprint(self) -> str:
        """What the artist compares with her vault page before she lets this computer in."""
        return fingerprint(self.recipient.encode())


@dataclass(frozen=True, repr=False)
class Opened:
    """The vault, opened and checked."""

    member: Member
    document: bytes
    list: VaultList
    ring: Ring


def load(home: Home) -> Member | None:
    """What is kept, or None. Raises Refusal `home-damaged`."""
    try:
        return Member(**json.loads((home.root / FILE).read_text("utf-8")))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError):
        raise refusal("home-damaged", f"It is {FILE}.") from None


def save(home: Home, member: Member) -> Member:
    """Keep it, for the artist's own account on this computer only."""
    write_private(home.root / FILE, json.dumps(asdict(member)).encode())
    return member


def new_identity() -> Member:
    """A fresh key for this computer."""
    return Member(str(x25519.Identity.generate()))


def is_in(member: Member, shown: bytes) -> bool:
    """Whether a list names this computer."""
    return any(slot.recipient == member.recipient for slot in lists.read_list(shown).slots)


def confirm(home: Home, member: Member, shown: bytes, said: str) -> Member:
    """Take the vault that the server shows, once its fingerprint is the one that the artist read on her vault page.

    Raises Refusal `vault-fingerprint-differs`."""
    if lists.read_list(shown).fingerprint != said.strip().lower():
        raise refusal("vault-fingerprint-differs")
    return save(home, replace(member, last=shown.decode()))


def open_vault(home: Home, doors: Doors) -> Opened:
    """The vault of today, seen to follow from what this computer saw last, and its keys.

    Raises Refusal `vault-not-joined`, `vault-rolled-back`, `vault-swapped`, `vault-cannot-open` or `vault-list-*`."""
    member = load(home)
    if member is None or not member.last:
        raise refusal("vault-not-joined")
    shown = doors.overview()
    newest = followed(member, shown.document, doors)
    keyring = shown.small.get(newest.keyring, b"")
    if lists.sha256_hex(keyring) != newest.keyring:
        raise refusal("vault-swapped", "It is the keyring.")
    ring = open_ring(keyring, member.identity)
    if ring.recipient != newest.recipient or lists.list_signer(ring.signing) != newest.signer:
        raise refusal("vault-swapped", "The keyring holds other keys than the list names.")
    member = save(home, replace(member, last=shown.document.decode()))
    return Opened(member, shown.document, newest, ring)


def followed(member: Member, shown: bytes, doors: Doors) -> VaultList:
    """The list that the server shows, once the chain leads from the last one seen to it, link by link."""
    last, known = member.last.encode(), lists.read_list(member.last.encode())
    if shown == last:
        return known
    newest = lists.read_list(shown)
    if newest.version <= known.version:
        raise refusal("vault-rolled-back", f"Version {known.version} was seen.")
    while known.version < newest.version:
        since = [one for one in doors.lists_after(known.version) if one]
        if not since:
            raise refusal("vault-rolled-back", "The lists between are missing.")
        known, last = lists.follow(last, since), since[-1]
    if last != shown and known.version == newest.version:
        raise refusal("vault-rolled-back", "There are two lists of one version.")
    return known
