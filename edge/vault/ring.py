"""keyring.age opened: the vault's keys. Its content is an age identity file that the `age` program reads as it is."""

from dataclasses import dataclass

import pyrage
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pyrage import x25519

from federation.protocol.errors import refusal
from federation.protocol.keys import KEY_BYTES, from_b64url, to_b64url

HEAD = "# FedArt vault keyring 1"
LIST_KEY = "# list-key "
IDENTITY = "AGE-SECRET-KEY-1"


@dataclass(frozen=True, repr=False)
class Ring:
    """`seed` is the Ed25519 list key (32 bytes), `identities` the vault's age identities, the present one first."""

    seed: bytes
    identities: tuple[str, ...]

    @property
    def signing(self) -> Ed25519PrivateKey:
        """The list key."""
        return Ed25519PrivateKey.from_private_bytes(self.seed)

    @property
    def recipient(self) -> str:
        """What files are encrypted to now."""
        return str(x25519.Identity.from_str(self.identities[0]).to_public())

    def dumps(self) -> str:
        """The identity file."""
        return "\n".join([HEAD, LIST_KEY + to_b64url(self.seed), *self.identities, ""])

    def seal(self, recipients: list[str]) -> bytes:
        """keyring.age for these readers."""
        readers = [x25519.Recipient.from_str(recipient) for recipient in recipients]
        return bytes(pyrage.encrypt(self.dumps().encode(), readers))

    def open_file(self, data: bytes) -> bytes:
        """The content of a file of the vault, whichever of its keys it was encrypted to. Raises `vault-cannot-open`."""
        return opened(data, [x25519.Identity.from_str(one) for one in self.identities])


def seal_file(data: bytes, recipient: str) -> bytes:
    """A file for the vault: only its public recipient is needed."""
    return bytes(pyrage.encrypt(data, [x25519.Recipient.from_str(recipient)]))


def open_ring(data: bytes, identity: str) -> Ring:
    """Raises Refusal `vault-cannot-open`."""
    return loads(opened(data, [x25519.Identity.from_str(identity)]).decode("utf-8", "replace"))


def opened(data: bytes, identities: list[x25519.Identity]) -> bytes:
    """Raises Refusal `vault-cannot-open`."""
    try:
        return bytes(pyrage.decrypt(data, identities))
    except pyrage.DecryptError:
        raise refusal("vault-cannot-open") from None


def loads(text: str) -> Ring:
    """Raises Refusal `vault-cannot-open`."""
    lines = text.splitlines()
    keys = [line.removeprefix(LIST_KEY) for line in lines if line.startswith(LIST_KEY)]
    identities = tuple(line for line in lines if line.startswith(IDENTITY))
    try:
        if lines[0] != HEAD or len(keys) != 1 or not identities:
            raise ValueError
        return Ring(from_b64url(keys[0], KEY_BYTES), identities)
    except (ValueError, IndexError):
        raise refusal("vault-cannot-open", "Its keyring has another form.") from None
